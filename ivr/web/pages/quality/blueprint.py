"""QA's pages under `/quality/`, each added by its own module."""

from flask import Blueprint

from ivr.web.pages.context import PageContext
from ivr.web.pages.quality.calibration import add_calibrations
from ivr.web.pages.quality.calls import add_calls
from ivr.web.pages.quality.cards import add_cards
from ivr.web.pages.quality.evaluations import add_evaluations
from ivr.web.pages.quality.export import add_export
from ivr.web.pages.quality.figures import add_figures
from ivr.web.pages.quality.learning import add_learning
from ivr.web.pages.quality.review import add_review
from ivr.web.pages.quality.samples import add_samples
from ivr.web.pages.recording_audio import Recordings
from ivr.web.pages.signed_in import only


def make_quality_blueprint(context: PageContext, recordings: Recordings, service_seconds: float) -> Blueprint:
    """`/quality/`, for reviewers and supervisors."""
    blueprint = Blueprint("quality", __name__, url_prefix="/quality")
    blueprint.before_request(only("reviewer", "supervisor"))
    add_calls(blueprint, context)
    add_export(blueprint, context)
    add_review(blueprint, context, recordings)
    add_cards(blueprint, context)
    add_evaluations(blueprint, context)
    add_samples(blueprint, context)
    add_calibrations(blueprint, context)
    add_learning(blueprint, context)
    add_figures(blueprint, context, service_seconds)
    return blueprint
