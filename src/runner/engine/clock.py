"""Every clock that a script can read: the real one shifted by what was slept, or one that stands still.

`install` replaces the classes of `datetime` and the functions of `time` before anything imports names from them, so
`from datetime import datetime` gets the same. The monotonic clocks go on, since timeouts of the standard library
hang on them, and are shifted likewise.
"""
import datetime as _datetime
import time as _time

_real_datetime = _datetime.datetime
_real_date = _datetime.date
_timedelta = _datetime.timedelta
_utc = _datetime.timezone.utc
_epoch = _real_datetime(1970, 1, 1)

_time_ns = _time.time_ns
_sleep = _time.sleep
_gmtime = _time.gmtime
_localtime = _time.localtime
_strftime = _time.strftime
_asctime = _time.asctime

FORMAT = "%Y-%m-%d %H:%M:%S"


class Clock:
    """`base` is where the clock stands (nanoseconds since 1970), or None for the real one; `shift` was added by
    sleeping and waiting, and only grows; `really` says that sleeping takes time, `network` that the network answers."""

    def __init__(self):
        self.base = None
        self.shift = 0
        self.really = False
        self.network = False

    def now_ns(self):
        return (_time_ns() if self.base is None else self.base) + self.shift

    def stand(self, now_ns):
        """Sets the clock, but not the monotonic ones, which never go back."""
        self.base = now_ns - self.shift

    def advance(self, seconds):
        self.shift += round(seconds * 1000000000)


CLOCK = Clock()


class _Meta(type):
    """Values that were made before or by C code count as instances too."""

    def __instancecheck__(cls, value):
        real = cls.__dict__.get("_d3ls_real")
        return type.__instancecheck__(cls, value) if real is None else isinstance(value, real)

    def __subclasscheck__(cls, other):
        real = cls.__dict__.get("_d3ls_real")
        return type.__subclasscheck__(cls, other) if real is None else issubclass(other, real)


def _utc_now():
    return _epoch + _timedelta(microseconds=CLOCK.now_ns() // 1000)


class date(_real_date, metaclass=_Meta):
    _d3ls_real = _real_date

    @classmethod
    def today(cls):
        return cls.fromtimestamp(CLOCK.now_ns() / 1000000000)

    def __repr__(self):
        return _repr(self, _real_date.__repr__(self))


class datetime(_real_datetime, metaclass=_Meta):
    _d3ls_real = _real_datetime

    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(CLOCK.now_ns() / 1000000000, tz)

    @classmethod
    def utcnow(cls):
        now = _utc_now()
        return cls(now.year, now.month, now.day, now.hour, now.minute, now.second, now.microsecond)

    @classmethod
    def today(cls):
        return cls.fromtimestamp(CLOCK.now_ns() / 1000000000)

    def __repr__(self):
        return _repr(self, _real_datetime.__repr__(self))


def _repr(value, text):
    """CPython names the module of its own classes only."""
    return "datetime." + text if type(value) in (date, datetime) else text


def sleep(seconds):
    if isinstance(seconds, bool) or not hasattr(seconds, "__float__"):
        _sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    if CLOCK.really:
        _sleep(seconds)
    else:
        CLOCK.advance(seconds)
        _sleep(0)


def _seconds():
    return CLOCK.now_ns() / 1000000000


def _shifted(real, unit):
    def clock():
        return real() + (CLOCK.shift if unit == 1 else CLOCK.shift / unit)

    clock.__name__ = clock.__qualname__ = real.__name__
    return clock


def _named(name, function):
    function.__name__ = function.__qualname__ = name
    function.__module__ = "time"
    return function


def install():
    """Replaces the clocks for everything that is imported from now on. Once is enough."""
    if _datetime.datetime is datetime:
        return
    for fake, real in ((date, _real_date), (datetime, _real_datetime)):
        fake.__module__ = "datetime"
        fake.__qualname__ = real.__name__
        fake.__doc__ = real.__doc__
        fake.resolution = real.resolution
    date.min, date.max = date(1, 1, 1), date(9999, 12, 31)
    datetime.min, datetime.max = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
    _datetime.date, _datetime.datetime = date, datetime

    replaced = {
        "time": _seconds,
        "time_ns": lambda: CLOCK.now_ns(),
        "gmtime": lambda seconds=None: _gmtime(_seconds() if seconds is None else seconds),
        "localtime": lambda seconds=None: _localtime(_seconds() if seconds is None else seconds),
        "ctime": lambda seconds=None: _asctime(_localtime(_seconds() if seconds is None else seconds)),
        "asctime": lambda when=None: _asctime(_localtime(_seconds()) if when is None else when),
        "strftime": lambda text, when=None: _strftime(text, _localtime(_seconds()) if when is None else when),
        "sleep": sleep,
    }
    for name, function in replaced.items():
        setattr(_time, name, _named(name, function))
    for name in ("monotonic", "perf_counter"):
        setattr(_time, name, _shifted(getattr(_time, name), 1000000000))
        setattr(_time, name + "_ns", _shifted(getattr(_time, name + "_ns"), 1))
    if hasattr(_time, "clock_gettime"):
        _install_clock_gettime()

    def waiting(name):
        return lambda module: getattr(load("waiting"), "patch_" + name)(module)

    load("patches").after_import(
        {
            "queue": waiting("queue"),
            "threading": waiting("threading"),
            "asyncio.base_events": waiting("base_events"),
            "asyncio.futures": waiting("futures"),
        }
    )


def _install_clock_gettime():
    real, real_ns, wall = _time.clock_gettime, _time.clock_gettime_ns, _time.CLOCK_REALTIME
    _time.clock_gettime = lambda clock: _seconds() if clock == wall else real(clock)
    _time.clock_gettime_ns = lambda clock: CLOCK.now_ns() if clock == wall else real_ns(clock)


def parse(text):
    """A time in D3's format as a naive datetime in UTC."""
    parts = text.replace("-", " ").replace(":", " ").split()
    return datetime(*[int(part) for part in parts])


def show(nanoseconds):
    """Nanoseconds since 1970 in D3's format."""
    moment = _epoch + _timedelta(seconds=nanoseconds // 1000000000)
    return "%04d-%02d-%02d %02d:%02d:%02d" % (
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
    )
