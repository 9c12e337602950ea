def NewCommand(itemId):
    """Looks up one item of the product by its ID."""
    try:
        item = _request("GET", f"/items/{quote(itemId, safe='')}")
    except RequestFailed as error:
        return _failed(str(error))
    result = {"ID": item.get("id", ""), "Name": item.get("name", "")}
    return pb.returnOutputModel(result, "Successful", "", "", item, "")
