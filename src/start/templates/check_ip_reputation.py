def checkIPReputation(*args):
    """The reputation of IP addresses.

    D3 does not document this command's inputs, so all IP addresses among them are checked, in lists too. See in
    D3's Test tab what comes in, declare it in d3.json, and name the parameters.
    """
    return _reputations("ip", [text for text in _texts(args) if _is_ip(text)])
