x = D3.Utility.equals<Text

def f(a, b):
    return """
