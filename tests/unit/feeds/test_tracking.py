"""What is taken off a link, and what stays."""

import pytest

from newsletter.feeds.identity import without_tracking

PAGE = "https://a.example/x"


@pytest.mark.parametrize(
    "name",
    [
        # what Firefox takes off in private windows
        *("__hsfp", "__hssc", "__hstc", "__s", "_hsenc", "_openstat", "dclid", "fbclid", "gbraid", "gclid"),
        *("hsCtaTracking", "igshid", "mc_eid", "ml_subscriber", "ml_subscriber_hash", "msclkid", "oft_c", "oft_ids"),
        *("oly_anon_id", "oly_enc_id", "rb_clickid", "s_cid", "twclid", "vero_conv", "vero_id", "wbraid", "wickedid"),
        "yclid",
        # what other browsers take off besides
        *("_bhlid", "_branch_match_id", "_branch_referrer", "_gl", "_kx", "at_recipient_id", "at_recipient_list"),
        *("bbeml", "bsft_clkid", "bsft_uid", "et_rid", "fb_action_ids", "guce_referrer_sig", "irclickid", "mtm_cid"),
        *("pk_cid", "sc_customer", "sc_eh", "sc_uid", "srsltid", "ss_email_id", "unicorn_click_id", "vgo_ee"),
        *("ymclid", "ysclid", "ck_subscriber_id", "mkt_tok"),
        # what cleaners of links take off
        *("utm_source", "utm_id", "UTM_Medium", "ga_source", "fb_source", "action_ref_map", "gs_l", "hmb_campaign"),
        *("otm_source", "os_ehash", "_ga", "_gac", "__twitter_impression", "wt_mc", "wtzmc", "wtrid", "Echobox"),
        *("tracking_source", "ceneo_spo", "itm_medium", "mc_tc", "mc_cid", "cmpid"),
        # other mailers, advertisers and counters
        *("elqTrackId", "elqCampaignId", "gad_source", "gad_campaignid", "rdt_cid", "tblci", "dicbo", "ScCid", "dm_i"),
        *("s_kwcid", "cm_mmc", "WT.mc_id", "spMailingID", "adobe_mc", "hss_channel", "at_medium", "at_link_id"),
    ],
)
def test_what_only_tells_on_the_reader_is_taken_off(name: str) -> None:
    assert without_tracking(f"{PAGE}?id=7&{name}=some.value-1&page=2") == f"{PAGE}?id=7&page=2"


@pytest.mark.parametrize(
    "name",
    [
        *(
            "id",
            "p",
            "s",
            "q",
            "t",
            "v",
            "ref",
            "cid",
            "si",
            "pp",
            "mc",
            "utm",
            "feature",
            "source",
            "src",
            "from",
            "via",
        ),
        *("campaign", "campaign_id", "medium", "content", "keyword", "term", "place", "share", "track", "trk", "tag"),
        *("at", "at_format", "ga", "ga_id", "fb_id", "fb_comment_id", "sc", "sc_id", "sp", "spm", "wt", "elq", "oft"),
        *("oft_number", "action", "action_id", "my_utm_source", "xfbclid", "fbclid2", "_", "__", "cm", "ml", "hash"),
        *("amp", "output", "lang", "replytocom", "comment", "partner", "emc", "ref_src", "ref_url", "icid", "ocid"),
    ],
)
def test_what_may_name_a_page_stays(name: str) -> None:
    assert without_tracking(f"{PAGE}?{name}=7") == f"{PAGE}?{name}=7"


@pytest.mark.parametrize(
    "pair",
    [
        *("source=rss", "ref=feed", "from=atom:top", "cid=rss-politics", "ref_src=twsrc%5Etfw"),
        *("spm=a2g0o.home.1000.12", "spm=5176.8142029.0.0"),
    ],
)
def test_a_doubtful_name_goes_where_its_value_tells(pair: str) -> None:
    assert without_tracking(f"{PAGE}?{pair}&id=7") == f"{PAGE}?id=7"


@pytest.mark.parametrize(
    "pair", ["source=reuters", "ref=feedback", "from=atomic", "cid=42", "ref_src=search", "spm=140", "spm=2.5"]
)
def test_a_doubtful_name_stays_with_any_other_value(pair: str) -> None:
    assert without_tracking(f"{PAGE}?{pair}") == f"{PAGE}?{pair}"


def test_a_link_that_was_escaped_twice_loses_them_too() -> None:
    assert without_tracking(f"{PAGE}?id=7&amp;utm_source=rss&amp;amp;utm_medium=feed") == f"{PAGE}?id=7"
    assert without_tracking(f"{PAGE}?id=7&amp;page=2") == f"{PAGE}?id=7&amp;page=2"


@pytest.mark.parametrize("part", ["Echobox=1700000000", "xtor=RSS-16", "utm_source=rss&utm_medium=feed", "ref=rss"])
def test_they_go_from_behind_the_hash_as_well(part: str) -> None:
    assert without_tracking(f"{PAGE}#{part}") == PAGE


@pytest.mark.parametrize("part", ["comments", "page=2", ":~:text=ice", "!/article/7", "id=utm_source"])
def test_a_place_in_the_page_stays(part: str) -> None:
    assert without_tracking(f"{PAGE}#{part}") == f"{PAGE}#{part}"
