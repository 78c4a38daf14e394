{% set parts = {
    'int_ticket_month': [
        'csat_share', 'csat_response_share', 'first_response_minutes', 'first_response_minutes_median',
        'first_response_minutes_p90', 'resolution_minutes', 'resolution_minutes_median',
        'resolution_minutes_p90', 'first_resolution_minutes_median', 'first_response_office_minutes_median',
        'first_response_office_minutes_p90', 'resolution_office_minutes_median', 'social_ticket_share',
        'ticket_volume',
    ],
    'int_backlog_month': ['backlog'],
    'int_survey_month': ['csat_survey_share', 'nps', 'enps', 'engagement'],
    'int_opportunity_month': ['win_rate', 'win_rate_amount', 'sales_cycle_days'],
    'int_pipeline_month': ['open_pipeline', 'weighted_pipeline'],
    'int_ledger_month': ['revenue', 'revenue_growth', 'revenue_growth_constant_currency', 'gross_margin'],
    'int_retention_month': [
        'active_customers', 'new_customers', 'customer_retention', 'customer_churn',
        'revenue_retention_gross', 'revenue_retention_net',
    ],
    'int_customer_economics_month': [
        'marketing_spend', 'marketing_efficiency', 'customer_acquisition_cost',
        'customer_acquisition_cost_marketing', 'customer_acquisition_cost_lagged', 'ticket_volume_per_customer',
    ],
    'int_headcount_month': [
        'headcount', 'fte', 'attrition', 'attrition_annualised', 'attrition_voluntary', 'attrition_involuntary',
    ],
    'int_applicant_month': ['applicant_diversity', 'applicant_answer_share'],
    'int_hire_month': ['time_to_hire_days', 'time_to_fill_days', 'cost_per_hire', 'cost_per_hire_recorded'],
} %}
{% set over_one = over_one_kpi_codes().split() %}
{% set distributions = distribution_kpi_codes().split() %}

with organization_periods as (

    select * from {{ ref('int_organization_period') }}

),

{% for model in parts %}
{{ model }} as (

    select * from {{ ref(model) }}

),

{% endfor %}
index_months as (

    select * from {{ ref('int_index_month') }}

),

-- Left joins from the full grid: what was not delivered stays unknown and never becomes nought.
final as (

    select
        organization_periods.organization_id,
        organization_periods.period,
        {% for model, codes in parts.items() %}
        {% for code in codes %}
        {% if code in over_one %}
        {{ model }}.{{ code }}_numerator,
        case when {{ model }}.{{ code }}_numerator is not null then cast(1 as bigint) end
            as {{ code }}_denominator,
        cast({{ model }}.{{ code }}_numerator as double) as {{ code }},
        {% else %}
        {% if code not in distributions %}
        {{ model }}.{{ code }}_numerator,
        {% endif %}
        {{ model }}.{{ code }}_denominator,
        {{ model }}.{{ code }},
        {% endif %}
        {% endfor %}
        {% endfor %}
        {{ reporting_currency() }} as reporting_currency,
        index_months.integration_index,
        index_months.stage
    from organization_periods
    {% for model in parts %}
    left join {{ model }}
        on
            organization_periods.organization_id = {{ model }}.organization_id
            and organization_periods.period = {{ model }}.period
    {% endfor %}
    left join index_months
        on
            organization_periods.organization_id = index_months.organization_id
            and organization_periods.period = index_months.period

)

select * from final
