{# Written by contracts/render.py out of the contracts; change them there, not here. #}
{% macro kpi_codes() -%}
    csat_share first_response_minutes ticket_volume win_rate revenue revenue_growth
    revenue_growth_constant_currency gross_margin headcount attrition first_response_minutes_median
    first_response_minutes_p90 resolution_minutes resolution_minutes_median resolution_minutes_p90
    csat_response_share social_ticket_share backlog win_rate_amount sales_cycle_days open_pipeline
    weighted_pipeline csat_survey_share nps enps engagement active_customers new_customers
    customer_retention customer_churn revenue_retention_gross revenue_retention_net
    ticket_volume_per_customer marketing_spend marketing_efficiency customer_acquisition_cost
    customer_acquisition_cost_marketing customer_acquisition_cost_lagged attrition_voluntary
    attrition_involuntary time_to_hire_days time_to_fill_days cost_per_hire cost_per_hire_recorded
    first_resolution_minutes_median first_response_office_minutes_median
    first_response_office_minutes_p90 resolution_office_minutes_median fte attrition_annualised
    applicant_diversity applicant_answer_share
{%- endmacro %}

{% macro over_one_kpi_codes() -%}
    ticket_volume revenue headcount backlog open_pipeline weighted_pipeline active_customers
    new_customers marketing_spend fte
{%- endmacro %}

{% macro distribution_kpi_codes() -%}
    first_response_minutes_median first_response_minutes_p90 resolution_minutes_median
    resolution_minutes_p90 sales_cycle_days time_to_hire_days time_to_fill_days
    first_resolution_minutes_median first_response_office_minutes_median
    first_response_office_minutes_p90 resolution_office_minutes_median
{%- endmacro %}

{% macro panel_outcome_codes() -%}
    csat_share first_response_minutes ticket_volume win_rate revenue log_revenue revenue_growth
    revenue_growth_constant_currency gross_margin headcount attrition first_response_minutes_median
    first_response_minutes_p90 resolution_minutes resolution_minutes_median resolution_minutes_p90
    csat_response_share social_ticket_share backlog win_rate_amount sales_cycle_days open_pipeline
    log_open_pipeline weighted_pipeline log_weighted_pipeline csat_survey_share nps enps engagement
    active_customers new_customers customer_retention revenue_retention_gross revenue_retention_net
    ticket_volume_per_customer marketing_spend log_marketing_spend marketing_efficiency
    customer_acquisition_cost customer_acquisition_cost_marketing attrition_voluntary
    attrition_involuntary time_to_hire_days time_to_fill_days cost_per_hire cost_per_hire_recorded
    first_resolution_minutes_median first_response_office_minutes_median
    first_response_office_minutes_p90 resolution_office_minutes_median even_key_share
{%- endmacro %}

{% macro explained_ratio_codes() -%}
    csat_share first_response_minutes win_rate revenue_growth revenue_growth_constant_currency
    gross_margin attrition resolution_minutes csat_response_share social_ticket_share
    win_rate_amount csat_survey_share nps enps engagement customer_retention revenue_retention_gross
    revenue_retention_net ticket_volume_per_customer marketing_efficiency customer_acquisition_cost
    customer_acquisition_cost_marketing attrition_voluntary attrition_involuntary cost_per_hire
    cost_per_hire_recorded
{%- endmacro %}

{% macro logged_kpi_codes() -%}
    revenue open_pipeline weighted_pipeline marketing_spend
{%- endmacro %}

{% macro negative_control_codes() -%}
    even_key_share
{%- endmacro %}
