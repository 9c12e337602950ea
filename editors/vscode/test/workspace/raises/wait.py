def Wait():
    while True:
        pass
