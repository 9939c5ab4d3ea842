"""`learn`: the line learns from what reviewers corrected."""

import click

from ivr.cli.common import MISSING, fail, json_option, load_settings, open_database, report, show
from ivr.clock import SystemClock
from ivr.quality.learning import corrections
from ivr.quality.learning.examples import Example
from ivr.quality.learning.lesson import UnknownLabelError
from ivr.quality.learning.lesson import learn as learn_from
from ivr.quality.learning.report import document, lines
from ivr.settings import Settings
from ivr.store.engine import Sessions

RESTART = "Running processes understand by it from their next start."


@click.command()
@click.option("--back", is_flag=True, help="Take the model before into use again; once more undoes it.")
@click.option("--dry-run", is_flag=True, help="Learn and report, but leave the model in use as it is.")
@json_option
def learn(back: bool, dry_run: bool, as_json: bool) -> None:
    """Learn from the corrections on the review pages: fits the intent layer anew and reports before and after.

    A model that understands the examples that ship or the corrections held back worse than the one in use is refused
    (exit 1) and nothing is changed. The model before is kept. Running processes take a new model at their next start.
    """
    settings = load_settings()
    if back:
        _put_back(settings, as_json)
        return
    _learn(settings, open_database(settings), dry_run, as_json)


def _put_back(settings: Settings, as_json: bool) -> None:
    from ivr.quality.learning.model_files import NoFormerModelError, put_back

    try:
        put_back(settings.data_dir)
    except NoFormerModelError as error:
        fail(str(error))
    if as_json:
        show({"taken": "former"})
    else:
        report(f"The model before is in {settings.data_dir / 'meaning'} again. {RESTART}")


def _learn(settings: Settings, sessions: Sessions, dry_run: bool, as_json: bool) -> None:
    from ivr.nlu.classifier import IntentClassifier
    from ivr.nlu.encoder import Encoder, MissingModelError
    from ivr.nlu.understanding import weights_in
    from ivr.quality.learning.model_files import take_into_use

    with sessions() as tx:
        told = [Example(row.text, row.label, row.asked, row.id) for row in corrections.to_learn_from(tx)]
    if not told:
        if as_json:
            show({"corrections": [], "taken": None})
        report("There are no corrections to learn from.")
        return
    weights = weights_in(settings.data_dir)
    try:
        encoder, head = Encoder.load(weights), IntentClassifier.load(weights)
        learnt = learn_from(encoder, head, told, settings.home_country, tell=report)
    except MissingModelError as error:
        fail(str(error), MISSING)
    except UnknownLabelError as error:
        fail(str(error))
    taken = not dry_run and not learnt.refused
    if taken:
        take_into_use(settings.data_dir, learnt.head)
        with sessions.begin() as tx:
            corrections.mark_used(tx, [one.id for one in told], SystemClock().now())
    if as_json:
        show({**document(learnt), "taken": "new" if taken else None})
    else:
        click.echo("\n".join(lines(learnt)))
    for reason in learnt.refused:
        report(f"Refused: {reason}")
    if learnt.refused:
        fail("Nothing was changed. Look at the newest corrections on /quality/corrections.")
    report(f"In use: {settings.data_dir / 'meaning'}. {RESTART}" if taken else "Nothing was changed.")
