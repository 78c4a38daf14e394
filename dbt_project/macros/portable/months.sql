{# Month arithmetic: the only place where DuckDB and Spark differ about dates. Spark's spelling stands beside each. #}

{% macro month_start(moment) -%}
    {{ adapter.dispatch('month_start')(moment) }}
{%- endmacro %}
{% macro default__month_start(moment) -%}
    cast(date_trunc('month', {{ moment }}) as date)
{%- endmacro %}

{% macro shift_months(day, months) -%}
    {{ adapter.dispatch('shift_months')(day, months) }}
{%- endmacro %}
{% macro default__shift_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__shift_months(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{% macro shift_days(day, days) -%}
    {{ adapter.dispatch('shift_days')(day, days) }}
{%- endmacro %}
{% macro default__shift_days(day, days) -%}
    cast({{ day }} + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}
{% macro spark__shift_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}

{# One row per month from first to last, both included; a column of dates. #}
{% macro month_series(first_month, last_month) -%}
    {{ adapter.dispatch('month_series')(first_month, last_month) }}
{%- endmacro %}
{% macro default__month_series(first_month, last_month) -%}
    unnest(generate_series(cast({{ first_month }} as timestamp), cast({{ last_month }} as timestamp), interval 1 month))
{%- endmacro %}
{% macro spark__month_series(first_month, last_month) -%}
    explode(sequence({{ first_month }}, {{ last_month }}, interval 1 month))
{%- endmacro %}

{# One row per day from first to last, both included; a column of dates. #}
{% macro day_series(first_day, last_day) -%}
    {{ adapter.dispatch('day_series')(first_day, last_day) }}
{%- endmacro %}
{% macro default__day_series(first_day, last_day) -%}
    unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day))
{%- endmacro %}
{% macro spark__day_series(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}

{# A wave such as 2024-H2 begins on the first day of its half year. #}
{% macro wave_start(wave) -%}
    cast(concat(substr({{ wave }}, 1, 4), case substr({{ wave }}, 6, 2) when 'H1' then '-01-01' else '-07-01' end) as date)
{%- endmacro %}

{# Number of a calendar month within a fiscal year that begins in the month `start`, 1 to 12. #}
{% macro fiscal_month(month, start) -%}
    cast(({{ month }} - {{ start }} + 12) % 12 + 1 as bigint)
{%- endmacro %}

{# A fiscal year is called after the calendar year in which it ends. #}
{% macro fiscal_year(year, month, start) -%}
    case when {{ start }} between 2 and {{ month }} then {{ year }} + 1 else {{ year }} end
{%- endmacro %}

{# Day of the week, 1 (Monday) to 7 (Sunday). #}
{% macro weekday(day) -%}
    {{ adapter.dispatch('weekday')(day) }}
{%- endmacro %}
{% macro default__weekday(day) -%}
    isodow({{ day }})
{%- endmacro %}
{% macro spark__weekday(day) -%}
    weekday({{ day }}) + 1
{%- endmacro %}

{# Whole days from one day to another. #}
{% macro days_between(first_day, last_day) -%}
    {{ adapter.dispatch('days_between')(first_day, last_day) }}
{%- endmacro %}
{% macro default__days_between(first_day, last_day) -%}
    date_diff('day', {{ first_day }}, {{ last_day }})
{%- endmacro %}
{% macro spark__days_between(first_day, last_day) -%}
    datediff({{ last_day }}, {{ first_day }})
{%- endmacro %}
