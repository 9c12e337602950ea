"""Asks one product about devices."""
import requests


class APIError(Exception):
    """What the product said instead of an answer."""


def CheckDevice(hostname):
    server = runtime["connector"]["serverurl"]
    answer = requests.get(server + "/devices/" + hostname, headers={"X-Api-Key": runtime["connector"]["apiKey"]})
    if not answer.ok:
        raise APIError(answer.reason)
    print("risk of", hostname)
    return pb.returnOutputModel(answer.json(), "Succesful", "", "", answer.json(), "")
