"""Waiting in asyncio and threading on the virtual clock: it takes no time where nothing else can happen meanwhile.

Something can where another thread is at work, or the network may answer; then waiting is real.
"""
import sys
import time as _time

CLOCK = load("clock").CLOCK

# What threads do for an event loop.
_AWAITED = set()
# How long a loop waits for them, in seconds, before it looks again whether it has to.
_GLANCE = 0.01


def patch_queue(module):
    """It may have been imported before the clocks were replaced."""
    module.time = _time.monotonic


def patch_threading(module):
    """Conditions, and what is made of them: events, semaphores, barriers, queues."""
    module._time = _time.monotonic
    real = module.Condition.wait

    def wait(self, timeout=None):
        if timeout is None or timeout <= 0 or CLOCK.really or module.active_count() > 1 or not self._is_owned():
            return real(self, timeout)
        CLOCK.advance(timeout)
        return False

    wait.__qualname__, wait.__doc__ = real.__qualname__, real.__doc__
    module.Condition.wait = wait


def patch_futures(module):
    """Keeps count of what is awaited from threads."""
    real = module.wrap_future

    def wrap_future(future, *, loop=None):
        wrapped = real(future, loop=loop)
        if wrapped is not future:
            _AWAITED.add(future)
            # The loop is told of the end before this.
            future.add_done_callback(_AWAITED.discard)
        return wrapped

    wrap_future.__doc__ = real.__doc__
    module.wrap_future = wrap_future


def patch_base_events(module):
    """Gives every event loop a selector that does not wait for timers."""
    loop = module.BaseEventLoop
    run_once, call_later = loop._run_once, loop.call_later

    class TimerHandle(module.events.TimerHandle):
        """A timer that knows the clock's shift when it is due, so that the clock is set exactly."""

        __slots__ = ("due",)

    def _call_later(self, delay, callback, *args, context=None):
        timer = call_later(self, delay, callback, *args, context=context)
        if delay < 1e9:
            timer.due = CLOCK.shift + round(delay * 1000000000)
        return timer

    def _run_once(self):
        if not isinstance(self._selector, _Selector):
            self._selector = _Selector(self, self._selector)
        run_once(self)

    TimerHandle.__module__, TimerHandle.__qualname__ = "asyncio.events", "TimerHandle"
    _call_later.__name__, _call_later.__doc__ = "call_later", call_later.__doc__
    module.events.TimerHandle = TimerHandle
    loop._run_once, loop.call_later = _run_once, _call_later


class _Selector:
    """The selector of a loop; where only a timer can end the wait, the clock goes on to that timer."""

    def __init__(self, loop, real):
        self._loop, self._real = loop, real

    def __getattr__(self, name):
        return getattr(self._real, name)

    def select(self, timeout=None):
        if timeout is None or timeout <= 0 or CLOCK.really:
            return self._real.select(timeout)
        events = self._real.select(0)
        if events:
            return events
        if self._may_end():
            return self._real.select(min(timeout, _GLANCE))
        due = getattr(self._loop._scheduled[0], "due", None)
        if due is None:
            CLOCK.advance(timeout)
        else:
            CLOCK.shift = max(CLOCK.shift, due)
        return []

    def _may_end(self):
        """Whether something other than a timer may end the wait."""
        threading = sys.modules["threading"]
        pools = sys.modules.get("concurrent.futures.thread")
        workers = () if pools is None else pools._threads_queues
        own = threading.current_thread()
        others = [thread for thread in threading.enumerate() if thread is not own and thread not in workers]
        return bool(_AWAITED or others or (CLOCK.network and self._is_connected()))

    def _is_connected(self):
        """Whether the loop looks at more than the pipe by which threads wake it. Windows' own loop does not tell."""
        get_map = getattr(self._real, "get_map", None)
        return get_map is None or len(get_map()) > 1
