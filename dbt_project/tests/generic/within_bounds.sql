{# Values within inclusive bounds; unknown values pass, "not a number" does not. #}
{% test within_bounds(model, bounds) %}

select *
from {{ model }}
where
    false
    {% for column, ends in bounds.items() %}
    {% if ends[0] is not none %}
    or not {{ column }} >= {{ ends[0] }}
    {% endif %}
    {% if ends[1] is not none %}
    or not {{ column }} <= {{ ends[1] }}
    {% endif %}
    {% endfor %}

{% endtest %}
