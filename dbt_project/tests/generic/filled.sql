{# Columns that are never empty. #}
{% test filled(model, columns) %}

select *
from {{ model }}
where
    {% for column in columns %}
    {{ '' if loop.first else 'or ' }}{{ column }} is null
    {% endfor %}

{% endtest %}
