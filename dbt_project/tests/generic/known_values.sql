{# Codes out of a closed list; unknown values pass. #}
{% test known_values(model, values) %}

select *
from {{ model }}
where
    {% for column, codes in values.items() %}
    {{ '' if loop.first else 'or ' }}{{ column }} not in ('{{ codes | join("', '") }}')
    {% endfor %}

{% endtest %}
