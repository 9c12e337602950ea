def checkFileReputation(*args):
    """The reputation of file hashes.

    D3 does not document this command's inputs, so all file hashes among them are checked, in lists too. See in
    D3's Test tab what comes in, declare it in d3.json, and name the parameters.
    """
    return _reputations("file", [text for text in _texts(args) if HASH.fullmatch(text)])
