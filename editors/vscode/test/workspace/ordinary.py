"""No D3 script: d3ls has nothing to say about it."""


class APIError(Exception):
    pass


print("hello")
