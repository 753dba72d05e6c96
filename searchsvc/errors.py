"""Every error of searchsvc: what went wrong, whose fault it is, and the next step.

    SearchsvcError
    ├── CallerError                 the one who asked can mend it
    │   ├── RequestError            a parameter of a request            bad_parameter
    │   │   ├── UnknownParameter                                        unknown_parameter
    │   │   ├── TooCostly           more than an engine shall do        too_costly
    │   │   ├── FilterError         the filter expression               bad_filter
    │   │   └── BodyError           the request's body                  bad_body
    │   ├── UnknownIndex                                                unknown_index
    │   ├── UnknownVersion                                              unknown_version
    │   ├── UnknownDocument                                             unknown_document
    │   ├── EditingOff              the API may not change files        editing_off
    │   ├── FileChanged             somebody else changed it meanwhile  file_changed
    │   ├── FileRefused             its new content cannot be used      file_refused
    │   ├── CursorExpired           its version is gone                 cursor_expired
    │   ├── NoKey                   a key is asked for, and none came   no_key
    │   ├── BadKey                  it is none, or was revoked          bad_key
    │   ├── KeyExpired              its time is over                    key_expired
    │   ├── KeyForbids              it does not reach so far            key_forbids
    │   ├── OriginForbids           a page of another site wrote        origin_forbids
    │   ├── RateLimited             it has asked too often              rate_limited
    │   ├── UnknownKey              no key has that name                unknown_key
    │   ├── UnlikeEvaluations       more differs than is to be compared unlike_evaluations
    │   ├── UnknownEvaluation       none is kept under that id          unknown_evaluation
    │   ├── UnknownRun              no run has that number              unknown_run
    │   ├── QueueFull               too many evaluations wait already   queue_full
    │   ├── UnknownSet              no judgments go by that name        unknown_set
    │   ├── UnknownExperiment       none has that id, or none runs      unknown_experiment
    │   ├── ExperimentRuns          an index has one at a time          experiment_runs
    │   ├── JudgmentsRefused        they cannot be read, or written     judgments_refused
    │   └── UsageError              the command line                    usage
    ├── OperatorError               files and settings must change
    │   ├── SettingsError           searchsvc.yaml or SEARCHSVC_*       bad_settings
    │   ├── DefinitionError         mappings/ or indexers/              bad_definition
    │   ├── CheckFailed             several of the above at once        check_failed
    │   ├── SourceError             the database refused a statement    source_error
    │   ├── RowError                a value does not fit its field      bad_row
    │   ├── GateRefused             a version may not go live           gate_refused
    │   ├── VersionOutdated         built from another definition       version_outdated
    │   ├── StalePlan               things changed since it was made    stale_plan
    │   ├── TooManyDeletes          a run would delete too much         too_many_deletes
    │   ├── DeadLetterLimit         too many rows cannot be indexed     dead_letter_limit
    │   └── StateError              the state store is unusable         state_error
    ├── DependencyError             wait or repair what we depend on; may be tried again
    │   ├── SourceUnreachable                                           source_unreachable
    │   ├── EngineError             the engine failed                   engine_error
    │   ├── EngineUnreachable                                           engine_unreachable
    │   ├── EngineTimeout                                               engine_timeout
    │   ├── NotServing              the index has no live version yet   not_serving
    │   ├── LeaseHeld               another process runs this index     lease_held
    │   ├── LeaseLost               another process took the lease      lease_lost
    │   └── RunStopped              the process was asked to end        run_stopped
    └── InternalError               our fault                           internal
        └── InvariantBroken         a run's counts do not add up        invariant_broken

Messages are lower case, name the thing, and have no full stop; `hint` is the next step.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

Fault: TypeAlias = Literal["caller", "operator", "dependency", "us"]


class SearchsvcError(Exception):
    """An error with a stable `code`; `str()` gives the message with its hint."""

    code: ClassVar[str] = "internal"
    fault: ClassVar[Fault] = "us"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class CallerError(SearchsvcError):
    """The one who asked can mend it."""

    fault = "caller"


class RequestError(CallerError):
    """A request parameter is not usable; `param` names it, `position` is a 1-based column."""

    code = "bad_parameter"

    def __init__(
        self, message: str, *, param: str, position: int | None = None, hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.param = param
        self.position = position


class UnknownParameter(RequestError):
    """The route has no parameter of that name."""

    code = "unknown_parameter"


class FilterError(RequestError):
    """The filter expression cannot be read or names an unusable field."""

    code = "bad_filter"

    def __init__(self, message: str, *, position: int | None = None, hint: str = "") -> None:
        super().__init__(message, param="filter", position=position, hint=hint)


class TooCostly(RequestError):
    """The search is estimated to cost an engine more than it may."""

    code = "too_costly"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, param="q", hint=hint)


class BodyError(RequestError):
    """The request's body is not what the route takes."""

    code = "bad_body"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, param="body", hint=hint)


class UnknownIndex(CallerError):
    """No index of that name is defined."""

    code = "unknown_index"


class UnknownVersion(CallerError):
    """The index has no version of that name."""

    code = "unknown_version"


class UnknownDocument(CallerError):
    """The live version holds no document of that id."""

    code = "unknown_document"


class CursorExpired(CallerError):
    """The version that a cursor goes on in has been dropped."""

    code = "cursor_expired"


class NoKey(CallerError):
    """An API key is asked for, and none was sent."""

    code = "no_key"


class BadKey(CallerError):
    """What was sent is no key or token, or one that holds no more."""

    code = "bad_key"


class KeyExpired(CallerError):
    """The time of a key, a secret or a token is over."""

    code = "key_expired"


class KeyForbids(CallerError):
    """The key or token does not reach so far; the message names what it lacks."""

    code = "key_forbids"


class OriginForbids(CallerError):
    """A page of another origin may post nothing but searches where no key is asked for."""

    code = "origin_forbids"


class RateLimited(CallerError):
    """More requests than a key's rate; `retry_after` is in whole seconds."""

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class QueueFull(RateLimited):
    """So many evaluations, comparisons and tunings wait that another would wait long."""

    code = "queue_full"


class UnknownKey(CallerError):
    """No key has that name or id."""

    code = "unknown_key"


class UnknownSet(CallerError):
    """The index has no judgments in a set of that name."""

    code = "unknown_set"


class UnknownExperiment(CallerError):
    """No experiment has that id, or none runs on the index."""

    code = "unknown_experiment"


class ExperimentRuns(CallerError):
    """An experiment runs on the index already; an index has one at a time."""

    code = "experiment_runs"


class UnknownEvaluation(CallerError):
    """No evaluation is kept under that id, or several begin so."""

    code = "unknown_evaluation"


class UnknownRun(CallerError):
    """No run has that number, or none any more."""

    code = "unknown_run"


class JudgmentsRefused(CallerError):
    """Judgments cannot be read, or not be written in a format; none was taken over.

    `where` reads `file:line`, or `line N` of what has no name.
    """

    code = "judgments_refused"

    def __init__(
        self, message: str, *, file: str = "", line: int | None = None, hint: str = ""
    ) -> None:
        self.line = line
        unnamed = "" if line is None else f"line {line}"
        self.where = f"{file}:{line}" if file and line is not None else file or unnamed
        self.reason = message
        super().__init__(f"{self.where}: {message}" if self.where else message, hint=hint)


class EditingOff(CallerError):
    """The API may not change anything here."""

    code = "editing_off"


class FileChanged(CallerError):
    """The file is not the one that was expected; nothing was written."""

    code = "file_changed"


class FileRefused(CallerError):
    """A file's new content cannot be used; the message names each line, nothing was written."""

    code = "file_refused"


class UnlikeEvaluations(CallerError):
    """Two evaluations rest on more different things than the one that is to be compared."""

    code = "unlike_evaluations"


class UsageError(CallerError):
    """The command line cannot be carried out as written."""

    code = "usage"


class OperatorError(SearchsvcError):
    """Files, settings or rights must change first."""

    fault = "operator"


class FileError(OperatorError):
    """Something in a file; `where` reads `file:line` and `key` is a dotted path."""

    def __init__(
        self,
        message: str,
        *,
        file: Path | str | None = None,
        line: int | None = None,
        key: str = "",
        hint: str = "",
    ) -> None:
        self.file = str(file) if file is not None else ""
        self.line = line
        self.key = key
        self.where = f"{self.file}:{line}" if line is not None else self.file
        super().__init__(message, hint=hint)

    def __str__(self) -> str:
        text = super().__str__()
        if self.key:
            text = f"{self.key}: {text}"
        return f"{self.where}: {text}" if self.where else text


class SettingsError(FileError):
    """searchsvc.yaml or a SEARCHSVC_* variable cannot be used."""

    code = "bad_settings"


class DefinitionError(FileError):
    """A file under mappings/ or indexers/ cannot be used."""

    code = "bad_definition"


class CheckFailed(OperatorError):
    """Several definitions or settings are bad; `problems` lists each in full."""

    code = "check_failed"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class SourceError(OperatorError):
    """The database refused a statement, or a row set is not usable."""

    code = "source_error"


class RowError(OperatorError):
    """A row cannot be a document: it becomes a dead letter, and the run goes on."""

    code = "bad_row"


class GateRefused(OperatorError):
    """A version may not go live; the alias did not move."""

    code = "gate_refused"


class VersionOutdated(OperatorError):
    """A version was built from another definition; feeding it would mix the two."""

    code = "version_outdated"


class StalePlan(OperatorError):
    """The index or its files have changed since the plan was made; nothing was done."""

    code = "stale_plan"


class TooManyDeletes(OperatorError):
    """A run would delete more than the guard allows; nothing was deleted."""

    code = "too_many_deletes"


class DeadLetterLimit(OperatorError):
    """Too many rows of a run cannot be indexed."""

    code = "dead_letter_limit"


class StateError(OperatorError):
    """The state store cannot be used."""

    code = "state_error"


class DependencyError(SearchsvcError):
    """Something we depend on failed; the same call may succeed later."""

    fault = "dependency"


class SourceUnreachable(DependencyError):
    """The database does not answer."""

    code = "source_unreachable"


class EngineError(DependencyError):
    """The engine failed to do what was asked."""

    code = "engine_error"


class EngineUnreachable(DependencyError):
    """The engine does not answer."""

    code = "engine_unreachable"


class EngineTimeout(DependencyError):
    """The engine took longer than the request's deadline."""

    code = "engine_timeout"


class NotServing(DependencyError):
    """The index is defined but has no live version yet."""

    code = "not_serving"


class LeaseHeld(DependencyError):
    """Another process runs this index now."""

    code = "lease_held"


class LeaseLost(DependencyError):
    """Another process took over the lease; this one wrote nothing after that."""

    code = "lease_lost"


class RunStopped(DependencyError):
    """The process was asked to end; the run stopped between two pages and may be started again."""

    code = "run_stopped"


class InternalError(SearchsvcError):
    """A fault of searchsvc itself."""


class InvariantBroken(InternalError):
    """A run's counts do not add up, so some row's fate is unknown."""

    code = "invariant_broken"


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the closest of `known`, or lists them when none is close."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if names else "none is known"
