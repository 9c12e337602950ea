def TestConnection():
    """Checks the connection with one cheap GET; D3 can run it on a schedule as a health check."""
    try:
        answer = _request("GET", "/status")
    except RequestFailed as error:
        return _failed(str(error))
    return pb.returnOutputModel("The connection works", "Successful", "", "", answer, "")
