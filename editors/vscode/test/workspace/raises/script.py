def Divide(by):
    pb.log("dividing by {}".format(by))
    return pb.returnOutputModel(_quotient(by), "Successful", "", "", {"by": by}, "")


def _quotient(by):
    return 1 / by
