"""Who could have held a product by then, how, and where the record is silent."""

from tearline.pathway.exposures import EXPOSURES, exposures
from tearline.pathway.logs import LogSurvey, survey_logs
from tearline.pathway.silences import silences
from tearline.pathway.spreading import exposures_on
from tearline.pathway.trace import trace
from tearline.pathway.witnesses import witnesses

__all__ = ["EXPOSURES", "LogSurvey", "exposures", "exposures_on", "silences", "survey_logs", "trace", "witnesses"]
