def CheckDevice(hostname):
    server = runtime["connector"]["serverurl"]
    pb.log("asking " + server + " about " + hostname)
    return pb.returnOutputModel(hostname, "Successful", "", "", {"hostname": hostname}, "")
