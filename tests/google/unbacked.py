"""What the stand-in does by the documentation or by judgement alone: no recorded exchange shows it."""

UNBACKED = {
    "USER_ENTERED": (
        "What becomes of typed text beyond the recorded plain numbers, texts and sums: percent, "
        "currency, thousands, TRUE and FALSE, days (only year-month-day), the apostrophe; formulas "
        "other than sums of numbers come to #NAME?."
    ),
    "RAW": ("That RAW stores text as text, so that '0042' and '=1+1' stay what they are."),
    "rendering": (
        "How FORMATTED_VALUE shows percent, currency, thousands, truth values, times, numbers of "
        "more than ten digits and every locale but en_US."
    ),
    "error cells": ("That #N/A, #REF! and the like come as their text in every rendering."),
    "days": (
        "That FORMATTED_STRING uses the cell's format where the cell is a day; only yyyy-mm-dd is recorded."
    ),
    "batchGetByDataFilter": ("The call as a whole: from the documentation and Google's schema."),
    "limits of the grid": ("The wording of refusals beyond the grid and of writing outside the range given."),
    "titles": (
        "That titles are found whatever their case, an unquoted title that looks like a cell is a "
        "cell, and a title taken twice is refused."
    ),
    "appending": ("Tables of several columns with gaps, and insertDataOption."),
    "changes": (
        "The wording of refused requests, but for hiding every tab; that all requests of a "
        "batchUpdate are carried out or none; appendCells, addConditionalFormatRule and "
        "createDeveloperMetadata; "
        "that a protected header keeps nobody out here."
    ),
    "bodies": ("The wording of what doesn't fit Google's schema, but for values that are no list."),
    "401": (
        "Its body is second-hand, as is the token endpoint's refusal; API keys' refusals are from memory."
    ),
    "500 and 502": ("Their bodies; 503's is second-hand."),
    "quotas": (
        "That a minute is the last 60 seconds, that refused calls don't count, that failed ones do; "
        "the limit per project; writes."
    ),
    "scopes": (
        "Which scopes cover which calls, from the documentation, and the refusal's details; its message is "
        "recorded of another service."
    ),
    "roles": ("That a reader's write is refused with the same 403."),
    "lag": (
        "Every change is read at once here. Google may lag, and Drive's modifiedTime may lag by minutes."
    ),
    "latency": ("None, unless a test sets it."),
    "look": ("Left out of replies: the default format and theme of a spreadsheet; grid data is refused."),
}
