{# The currency in which an installation reports; lines in another one are counted, never added. #}
{% macro reporting_currency() -%}
    {{ adapter.dispatch('reporting_currency')() }}
{%- endmacro %}
{% macro default__reporting_currency() -%}
    '{{ env_var('MATURITY_REPORTING_CURRENCY', 'EUR') | replace("'", "''") }}'
{%- endmacro %}
