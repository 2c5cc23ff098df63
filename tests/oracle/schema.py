"""The contract's columns and what stands in them, written down a second time: the oracle shares no code.

An empty table has all of its table's columns; a table with rows has the columns its rows have.
"""

_COLUMNS = {
    "settings": "key value",
    "people": "person_id name department role email is_liaison:integer covers",
    "goals": "goal_id name parent_id department owner marketing_role sales_role stage unit kind direction"
    " baseline:number target:number start:date due:date pace metric filter strategy",
    "goal_actuals": "goal_id date:date value:number numerator:number denominator:number confidence:integer"
    " comment entered_by",
    "milestones": "goal_id date:date expected:number",
    "leads": "lead_id pass_no:integer created_at:time source campaign_id landing_page marketing_owner owner"
    " mql_at:time handed_off_at:time assigned_at:time first_touch_at:time accepted_at:time rejected_at:time"
    " reject_reason quality_rating:integer decision_maker:integer nurture_campaign_id nurtured_at:time"
    " sql_at:time opportunity_at:time expected_close:date won_at:time lost_at:time lost_reason amount:number"
    " currency customer_id closed_by updated_at:time",
    "touches": "touch_id lead_id at:time department person_id campaign_id kind outcome minutes:number",
    "campaigns": "campaign_id name channel stage offer audience start:date end:date budget:number"
    " marketing_owner sales_owner marketing_goal_id sales_goal_id launched_at:time",
    "spend": "date:date campaign_id kind amount:number currency impressions:integer clicks:integer",
    "web": "date:date landing_page campaign_id source visits:integer micro_conversions:integer"
    " conversions:integer signups:integer",
    "orders": "order_id customer_id lead_id closed_at:time amount:number margin:number currency channel"
    " campaign_id",
    "quotas": "period_start:date period_end:date department person_id metric target:number",
    "fx_rates": "date:date currency rate:number",
}

COLUMNS = {
    table: {name: kind or "text" for name, _, kind in (word.partition(":") for word in words.split())}
    for table, words in _COLUMNS.items()
}
