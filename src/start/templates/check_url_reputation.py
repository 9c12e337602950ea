def checkUrlReputation(*args):
    """The reputation of URLs.

    D3 does not document this command's inputs, so all URLs among them are checked, in lists too. See in
    D3's Test tab what comes in, declare it in d3.json, and name the parameters.
    """
    return _reputations("url", [text for text in _texts(args) if urlsplit(text).scheme in ("http", "https")])
