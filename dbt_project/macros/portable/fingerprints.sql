{# What rows say, as one short text: equal rows, in whatever order they lie, give the same. Each is hashed by itself, so
   that only hashes are kept until all are there. #}

{% macro fingerprint_of_rows(relation, order_by) -%}
    {{ adapter.dispatch('fingerprint_of_rows')(relation, order_by) }}
{%- endmacro %}
{% macro default__fingerprint_of_rows(relation, order_by) -%}
    md5(string_agg(md5(cast({{ relation }} as varchar)), '|' order by {{ order_by }}))
{%- endmacro %}
{% macro spark__fingerprint_of_rows(relation, order_by) -%}
    md5(concat_ws('|', array_sort(collect_list(md5(to_json(struct({{ relation }}.*)))))))
{%- endmacro %}
