def OnEscalateEvent(*args):
    """Tells the product that an event was escalated to an incident in D3.

    D3 does not document this command's inputs. They are logged, so that D3's Test tab shows what comes in; declare
    them in d3.json then, and name the parameters.
    """
    pb.log(f"OnEscalateEvent got {json.dumps(args, default=str)}")
    try:
        answer = _request("POST", "/notifications", json={"type": "event-escalated", "texts": list(_texts(args))})
    except RequestFailed as error:
        return _failed(str(error))
    return pb.returnOutputModel("The product was told", "Successful", "", "", answer, "")
