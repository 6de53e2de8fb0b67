"""What keeps a benchmark from being run."""


class NotMeasurable(Exception):  # noqa: N818 - it says what is so, as a row does
    """This machine cannot run a workload; the message says why."""


class RunFailed(Exception):  # noqa: N818 - named after what happened
    """A command ended otherwise than it should; the message says how."""
