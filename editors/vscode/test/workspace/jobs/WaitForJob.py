def WaitForJob(job, mode, tags):
    attempt = pb.runtime.get("retrycount", 0)
    pb.log("job {} is {}".format(job, "running" if attempt < 2 else "done"))
    if attempt < 2:
        return pb.returnOutputModel("", {"__ACTION__": "__RETRY__", "__DELAY__": [10, 30]}, "", "", "", "")
    rawData = {"job": job, "mode": mode, "tags": tags, "state": "done", "files": ["a.log", "b.log"]}
    return pb.returnOutputModel(job + " is done", "Successful", "", "", rawData, "")
