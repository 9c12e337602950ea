def _address():
    return runtime["connector"]["serverul"]


def CheckDevice(hostname, limit):
    known = "🙂"; print(hostname)
    return pb.returnOutputModel(known, "Successful", "", "", {"limit": limit}, "")


def Version():
    return pb.returnOutputModel("1.2", "Successful", "", "", "", "")


def Forever():
    while True:
        pass
