# d3: integration
"""One request and more through every library that D3's image has for it."""
import asyncio
import http.client
import json
import ssl
import urllib.parse
import urllib.request

import boto3
import httpx
import requests
import urllib3


def Ask(url, ca):
    raw = []
    for ask in (by_requests, by_urllib3, by_urllib, by_http_client, by_httpx, by_asynchronous_httpx):
        raw += [[answer["asked"], answer["size"]] for answer in ask(url, ca)]
    raw.append(by_boto3(url, ca))
    return pb.returnOutputModel("", "Successful", "", "", raw, "")


def key():
    return runtime["connector"]["apikey"]


def by_requests(url, ca):
    session = requests.Session()
    session.verify = ca or True
    return [
        session.get(url + "/r1", params={"token": key(), "page": 1}, headers={"Authorization": "Bearer " + key()}).json(),
        session.post(url + "/r2", json={"password": "pass-9876", "n": 1}, auth=("user", key())).json(),
        session.put(url + "/" + key() + "/r3", data={"user": "u v", "client_secret": key()}).json(),
    ]


def by_urllib3(url, ca):
    pool = urllib3.PoolManager(ca_certs=ca or None)
    answers = [pool.request("GET", url + "/u1", headers={"X-Api-Key": key()}), pool.request("POST", url + "/u2", body=b"x" * 200000)]
    return [json.loads(answer.data) for answer in answers]


def by_urllib(url, ca):
    context = ssl.create_default_context(cafile=ca) if ca else None
    return [json.load(urllib.request.urlopen(url + path, data=data, context=context)) for path, data in (("/l1", None), ("/l2", b"{}"))]


def by_http_client(url, ca):
    host = urllib.parse.urlsplit(url).netloc
    context = ssl.create_default_context(cafile=ca) if ca else None
    connection = http.client.HTTPSConnection(host, context=context) if ca else http.client.HTTPConnection(host)
    answers = []
    for path in ("/c1", "/c2"):
        connection.request("POST", path, iter([b"ab", b"cd"]), {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        answers.append(json.load(connection.getresponse()))
    return answers


def by_httpx(url, ca):
    with httpx.Client(verify=ca or True) as client:
        return [client.get(url + "/h1").json(), client.post(url + "/h2", json={"a": [1]}).json()]


def by_asynchronous_httpx(url, ca):
    async def work():
        async with httpx.AsyncClient(verify=ca or True) as client:
            answers = [await client.get(url + "/a1")]
            answers += await asyncio.gather(*[client.post(url + "/a%d" % n, json={"n": n}) for n in (2, 3)])
            return [answer.json() for answer in answers]

    return asyncio.run(work())


def by_boto3(url, ca):
    client = boto3.client(
        "sts", region_name="us-east-1", aws_access_key_id="AKIA", aws_secret_access_key=key(), endpoint_url=url, verify=ca or True
    )
    return client.get_caller_identity()["Account"]
