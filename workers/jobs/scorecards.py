"""What the facts of a call answer on a scorecard, and the call's scores among its facts."""

from ivr.quality import facts_store
from ivr.quality.scorecards import evaluations
from ivr.quality.scorecards.automatic import answer_by_facts
from ivr.store.topics import CALL_SCORE
from workers.context import WorkerContext
from workers.jobs.registry import Job, does


@does(CALL_SCORE)
def score_call(context: WorkerContext, job: Job) -> None:
    sid = job.payload["call"]
    with context.sessions.begin() as tx:
        job.done(tx)
        answer_by_facts(tx, sid, context.clock.now())
        scores = evaluations.scores(tx, sid)
        facts_store.set_scores(tx, sid, bot=scores["bot"], agent=scores["agent"])
