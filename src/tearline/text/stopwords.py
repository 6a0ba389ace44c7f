"""Words of English and French that carry no content of their own, in folded form."""

from __future__ import annotations

_ENGLISH = """
a about above after again against all also although am among an and any are as at be became because been before
being below between both but by can could did do does doing done down during each either else ever every few for
from further get go got had has have having he her here hers herself him himself his how however i if in into is
it its itself just let ll made make many may me might more most much must my myself near neither no nor not now
of off often on once one only or other others our ours ourselves out over own per put quite rather re same say
says said she should since so some still such t than that the their theirs them themselves then there these they
this those though through thus to too toward under until up upon us very was we well were what when where which
while who whom whose why will with within without would yet you your yours yourself ve d m s don didn doesn isn
aren wasn weren won wouldn couldn shouldn hasn haven hadn told according
"""

_FRENCH = """
au aux avec ce ces cet cette ceux celle celles celui ci comme d dans de des du elle elles en entre est et etaient
etait etant ete etre eu eux fait faire il ils je j jusqu l la le les leur leurs lors lui m ma mais me meme memes
mes moi moins mon n ne ni nos notre nous on ont or ou par parce pas pendant peu peut peuvent plus pour pourrait
puis qu quand que quel quelle quelles quels qui quoi s sa sans se sera serait ses si son sont sous sur ta te tes
toi ton tous tout toute toutes tres tu un une vers voici vos votre vous y a ai as avait avaient avant apres aussi
autre autres aucun aucune avoir afin ainsi alors c chez depuis deux dit donc dont encore etc la selon soit
"""

STOP_WORDS = frozenset((_ENGLISH + _FRENCH).split())
