def fetchEvent(StartTime, EndTime, topRecentEventNumber, SearchCondition, ToleranceScope):
    """Events of the product, newest first. A schedule goes on where its last run ended, by the passdown data."""
    start, end, passdown = _time_window(StartTime, EndTime, int(ToleranceScope or 0))
    query = {"since": start.isoformat(), "until": end.isoformat(), "sort": "-createdAt"}
    if SearchCondition:
        query["filter"] = SearchCondition
    try:
        events = _pages("/events", query, int(topRecentEventNumber or 0))
    except RequestFailed as error:
        # The next run asks for the same time again, so that nothing is lost.
        pb.log(f"events until {end.strftime(D3_TIME)} were not fetched: {error}")
        again = {"StartTime": StartTime.strftime(D3_TIME)}
        return pb.returnOutputModel("", "Failed", "", "", "", str(error), passdownData=again)
    result = {
        "Start Time (UTC)": start.strftime(D3_TIME),
        "End Time (UTC)": end.strftime(D3_TIME),
        "Events Count": len(events),
    }
    status = "Successful" if events else "Successful with No Event Data"
    return pb.returnOutputModel(result, status, "", "", {"results": events}, "", passdownData=passdown)
