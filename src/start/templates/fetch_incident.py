def fetchIncident(*args):
    """Incidents of the product, newest first.

    D3 does not document this command's inputs. Here the first date is the start and the second the end, and without
    dates it is the last hour. See in D3's Test tab what comes in, declare it in d3.json, and name the parameters.
    """
    dates = [value for value in args if isinstance(value, datetime)]
    StartTime = dates[0] if dates else None
    EndTime = dates[1] if len(dates) > 1 else None
    start, end, passdown = _time_window(StartTime, EndTime, 0)
    query = {"since": start.isoformat(), "until": end.isoformat(), "sort": "-createdAt"}
    try:
        incidents = _pages("/incidents", query, 0)
    except RequestFailed as error:
        # The next run asks for the same time again, so that nothing is lost.
        pb.log(f"incidents until {end.strftime(D3_TIME)} were not fetched: {error}")
        again = {"StartTime": start.strftime(D3_TIME)}
        return pb.returnOutputModel("", "Failed", "", "", "", str(error), passdownData=again)
    status = "Successful" if incidents else "Successful with No Event Data"
    result = f"{len(incidents)} incidents"
    return pb.returnOutputModel(result, status, "", "", {"results": incidents}, "", passdownData=passdown)
