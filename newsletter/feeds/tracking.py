"""Which parts of a link only tell where a reader came from. Pure.

What browsers and link cleaners take off everywhere is taken off here. A name that a site may well use for what it
shows (`id`, `p`, `s`, `ref`, `cid`, `si`, `campaign`) is never in the list: one page too many in two spellings is a
nuisance, a link that leads to another page is a fault.
"""

import re
from typing import Final

# Families of names, by what stands before the first underscore or within.
_FAMILIES: Final = (
    r"utm_\w+|mtm_\w+|matomo_\w+|piwik_\w+|pk_(?:campaign|kwd|source|medium|content|keyword|cpn|cid)|hsa_\w+|oft_\w{1,3}",
    r"(?:ga|itm|otm|hmb)_(?:source|medium|campaign|term|content|place)|ns_(?:campaign|source|mchannel|linkname|fee)",
    r"at_(?:medium|campaign|custom|recipient|link_|ptr_|bbc_|send_date|emailtype)\w*|elq(?:track(?:id)?|aid|at|campaignid|_mid)",
    r"fb_(?:action_types|action_ids|source|ref)|action_(?:object|type|ref)_map|cm_mmc\w*|wt\.(?:mc_\w+|tsrc)|wt_?z?mc|wtrid",
    r"sp(?:jobid|mailingid|reportid|userid)|trk_(?:contact|msg|module|sid)|adobe_mc(?:_ref|_sdid)?|_branch_(?:match_id|referrer)",
)
_CLICKS: Final = (
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|gad_(?:source|campaignid)|msclkid|y[ms]?clid|twclid|ttclid|rdt_cid|sccid",
    r"li_fat_id|igshid|igsh|epik|irclickid|rb_clickid|unicorn_click_id|tblci|dicbo|s_kwcid|_openstat|srsltid|wickedid",
)
_MAILS: Final = (
    r"mc_[cet]id|mc_tc|_hsenc|_hsmi|__hssc|__hstc|__hsfp|hsctatracking|hss_channel|mkt_tok|vero_id|vero_conv|__s|_ke|_kx|dm_i",
    r"oly_anon_id|oly_enc_id|ml_subscriber(?:_hash)?|ck_subscriber_id|ss_email_id|bsft_(?:clkid|uid)|et_rid|vgo_ee|_bhlid|bbeml",
    r"omnisendcontactid|nr_email_referer|sc_(?:customer|eh|uid)",
)
_SITES: Final = (
    r"_ga|_gl|_gac|gs_l|os_ehash|__twitter_impression|xtor|s_cid|cmpid|ftag|smid|sr_share|soc_(?:src|trk)|echobox",
    r"tracking_source|ceneo_spo|guccounter|guce_referrer(?:_sig)?",
)
# A link that was escaped once too often has "&amp;" between its parameters.
_NAME: Final = re.compile(
    "(?:amp;)*(?:" + "|".join((*_FAMILIES, *_CLICKS, *_MAILS, *_SITES)) + ")",
    re.IGNORECASE,
)
# Names that may also mean something, with values that only say: this link stood in a feed, or was passed on.
_PAIR: Final = re.compile(
    r"(?:amp;)*(?:"
    r"(?:source|src|ref|partner|emc|from|via|campaign|cid|cmp)=(?:rss|atom|feeds?)(?:[-_.:/].*)?"
    r"|ref_src=twsrc.*|spm=[\w-]+(?:\.[\w-]+){2,6})",
    re.IGNORECASE,
)


def is_tracking(pair: str) -> bool:
    """Whether a piece of a link's query or its fragment, such as `utm_source=rss`, only tells on the reader."""
    return bool(_NAME.fullmatch(pair.partition("=")[0]) or _PAIR.fullmatch(pair))
