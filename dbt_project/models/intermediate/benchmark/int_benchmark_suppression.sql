{#
    Each round hides one more group per leak and pair of types; of what then still leaks, the segment type that
    comes first in the alphabet is hidden whole, so that industry goes last.
#}
{% set rounds = 3 %}
{% set of_type = 'period, kpi_code, segment_type' %}

with members as (

    select * from {{ ref('int_benchmark_member') }}
    {{ of_touched_months() }}

),

pairs as (

    select * from {{ ref('int_benchmark_overlap') }}
    {{ of_touched_months() }}

),

published as (

    select * from {{ ref('stg_benchmark__published_groups') }}

),

last_published as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        count(*) as n_published
    from published
    group by period, kpi_code, segment_type, segment

),

stayed as (

    select
        members.period,
        members.kpi_code,
        members.segment_type,
        members.segment,
        count(*) as n_stayed
    from members
    inner join published
        on
            members.period = published.period
            and members.kpi_code = published.kpi_code
            and members.segment_type = published.segment_type
            and members.segment = published.segment
            and members.organization_id = published.organization_id
    group by members.period, members.kpi_code, members.segment_type, members.segment

),

sized as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        minimum_group,
        cast(count(*) as bigint) as group_size
    from members
    group by period, kpi_code, segment_type, segment, minimum_group

),

-- Organisations that joined or left since a group was last shown; none where it never was.
changed as (

    select
        sized.*,
        coalesce(sized.group_size + last_published.n_published - 2 * coalesce(stayed.n_stayed, 0), 0)
            as n_changed
    from sized
    left join last_published
        on
            sized.period = last_published.period
            and sized.kpi_code = last_published.kpi_code
            and sized.segment_type = last_published.segment_type
            and sized.segment = last_published.segment
    left join stayed
        on
            sized.period = stayed.period
            and sized.kpi_code = stayed.kpi_code
            and sized.segment_type = stayed.segment_type
            and sized.segment = stayed.segment

),

judged_0 as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        minimum_group,
        group_size,
        case
            when group_size < minimum_group then 'below_minimum'
            when n_changed > 0 and n_changed < minimum_group then 'changed_by_few'
        end as reason
    from changed

),

{% for round in range(rounds + 1) %}
-- Hidden groups of a type are all organisations minus its shown groups: they must be several, and together
-- more than a group needs, since an organisation among them can take itself off.
counted_{{ round }} as (

    select
        *,
        count(reason) over (partition by {{ of_type }}) as n_hidden_groups,
        sum(case when reason is null then 0 else group_size end) over (partition by {{ of_type }})
            as n_hidden,
        row_number() over (
            partition by {{ of_type }}, reason is null
            order by group_size, segment
        ) as place
    from judged_{{ round }}

),

complemented_{{ round }} as (

    select
        period,
        kpi_code,
        segment_type,
        segment,
        minimum_group,
        group_size,
        case
            when reason is not null then reason
            when
                n_hidden_groups > 0
                and (n_hidden_groups = 1 or n_hidden <= minimum_group)
                and place = 1
                then 'complementary'
        end as reason
    from counted_{{ round }}

),

-- What can be read or worked out within a type: each shown group, and all hidden ones as one.
levels_{{ round }} as (

    select
        *,
        case when reason is null then segment else '(hidden)' end as level
    from complemented_{{ round }}

),

level_sizes_{{ round }} as (

    select
        period,
        kpi_code,
        segment_type,
        level,
        minimum_group,
        sum(group_size) as level_size
    from levels_{{ round }}
    group by period, kpi_code, segment_type, level, minimum_group

),

level_pairs_{{ round }} as (

    select
        pairs.period,
        pairs.kpi_code,
        pairs.segment_type,
        outer_levels.level,
        pairs.other_type,
        inner_levels.level as other_level,
        sum(pairs.n_common) as n_common
    from pairs
    inner join levels_{{ round }} as outer_levels
        on
            pairs.period = outer_levels.period
            and pairs.kpi_code = outer_levels.kpi_code
            and pairs.segment_type = outer_levels.segment_type
            and pairs.segment = outer_levels.segment
    inner join levels_{{ round }} as inner_levels
        on
            pairs.period = inner_levels.period
            and pairs.kpi_code = inner_levels.kpi_code
            and pairs.other_type = inner_levels.segment_type
            and pairs.other_segment = inner_levels.segment
    group by
        pairs.period, pairs.kpi_code, pairs.segment_type, outer_levels.level,
        pairs.other_type, inner_levels.level

),

-- Groups of another type that lie wholly inside a level can be taken off it.
nested_{{ round }} as (

    select
        level_pairs_{{ round }}.*,
        level_sizes_{{ round }}.level_size as other_size
    from level_pairs_{{ round }}
    inner join level_sizes_{{ round }}
        on
            level_pairs_{{ round }}.period = level_sizes_{{ round }}.period
            and level_pairs_{{ round }}.kpi_code = level_sizes_{{ round }}.kpi_code
            and level_pairs_{{ round }}.other_type = level_sizes_{{ round }}.segment_type
            and level_pairs_{{ round }}.other_level = level_sizes_{{ round }}.level
            and level_pairs_{{ round }}.n_common = level_sizes_{{ round }}.level_size

),

taken_off_{{ round }} as (

    select
        period,
        kpi_code,
        segment_type,
        level,
        other_type,
        sum(other_size) as n_taken_off
    from nested_{{ round }}
    group by period, kpi_code, segment_type, level, other_type

),

leaks_{{ round }} as (

    select
        taken_off_{{ round }}.period,
        taken_off_{{ round }}.kpi_code,
        taken_off_{{ round }}.segment_type,
        taken_off_{{ round }}.level,
        taken_off_{{ round }}.other_type
    from taken_off_{{ round }}
    inner join level_sizes_{{ round }}
        on
            taken_off_{{ round }}.period = level_sizes_{{ round }}.period
            and taken_off_{{ round }}.kpi_code = level_sizes_{{ round }}.kpi_code
            and taken_off_{{ round }}.segment_type = level_sizes_{{ round }}.segment_type
            and taken_off_{{ round }}.level = level_sizes_{{ round }}.level
    where
        level_sizes_{{ round }}.level_size > taken_off_{{ round }}.n_taken_off
        and level_sizes_{{ round }}.level_size
        < taken_off_{{ round }}.n_taken_off + level_sizes_{{ round }}.minimum_group

),

{% if not loop.last %}
-- Of leaks between the same two types one way is mended first: that often mends the other.
mended_{{ round }} as (

    select
        *,
        min(other_type) over (
            partition by period, kpi_code, least(segment_type, other_type), greatest(segment_type, other_type)
        ) as first_type
    from leaks_{{ round }}

),

-- The smallest group inside is hidden; where all inside are hidden already, the one around them.
candidates_{{ round }} as (

    select
        mended_{{ round }}.period,
        mended_{{ round }}.kpi_code,
        mended_{{ round }}.segment_type,
        mended_{{ round }}.level,
        mended_{{ round }}.other_type,
        nested_{{ round }}.other_type as victim_type,
        nested_{{ round }}.other_level as victim,
        1 as preference,
        nested_{{ round }}.other_size as victim_size
    from mended_{{ round }}
    inner join nested_{{ round }}
        on
            mended_{{ round }}.period = nested_{{ round }}.period
            and mended_{{ round }}.kpi_code = nested_{{ round }}.kpi_code
            and mended_{{ round }}.segment_type = nested_{{ round }}.segment_type
            and mended_{{ round }}.level = nested_{{ round }}.level
            and mended_{{ round }}.other_type = nested_{{ round }}.other_type
    where
        nested_{{ round }}.other_level <> '(hidden)'
        and mended_{{ round }}.other_type = mended_{{ round }}.first_type
    union all
    select
        period,
        kpi_code,
        segment_type,
        level,
        other_type,
        segment_type as victim_type,
        level as victim,
        2 as preference,
        0 as victim_size
    from mended_{{ round }}
    where
        level <> '(hidden)'
        and other_type = first_type

),

ranked_{{ round }} as (

    select
        *,
        row_number() over (
            partition by period, kpi_code, segment_type, level, other_type
            order by preference, victim_size, victim
        ) as place
    from candidates_{{ round }}

),

victims_{{ round }} as (

    select distinct
        period,
        kpi_code,
        victim_type,
        victim
    from ranked_{{ round }}
    where place = 1

),

judged_{{ round + 1 }} as (

    select
        complemented_{{ round }}.period,
        complemented_{{ round }}.kpi_code,
        complemented_{{ round }}.segment_type,
        complemented_{{ round }}.segment,
        complemented_{{ round }}.minimum_group,
        complemented_{{ round }}.group_size,
        case
            when complemented_{{ round }}.reason is not null then complemented_{{ round }}.reason
            when victims_{{ round }}.victim is not null then 'difference'
        end as reason
    from complemented_{{ round }}
    left join victims_{{ round }}
        on
            complemented_{{ round }}.period = victims_{{ round }}.period
            and complemented_{{ round }}.kpi_code = victims_{{ round }}.kpi_code
            and complemented_{{ round }}.segment_type = victims_{{ round }}.victim_type
            and complemented_{{ round }}.segment = victims_{{ round }}.victim

),
{% endif %}
{% endfor %}

given_up as (

    select distinct
        period,
        kpi_code,
        least(segment_type, other_type) as segment_type
    from leaks_{{ rounds }}

),

final as (

    select
        complemented_{{ rounds }}.period,
        complemented_{{ rounds }}.kpi_code,
        complemented_{{ rounds }}.segment_type,
        complemented_{{ rounds }}.segment,
        complemented_{{ rounds }}.minimum_group,
        complemented_{{ rounds }}.group_size,
        coalesce(
            complemented_{{ rounds }}.reason,
            case when given_up.segment_type is not null then 'difference' end
        ) as suppression_reason
    from complemented_{{ rounds }}
    left join given_up
        on
            complemented_{{ rounds }}.period = given_up.period
            and complemented_{{ rounds }}.kpi_code = given_up.kpi_code
            and complemented_{{ rounds }}.segment_type = given_up.segment_type

)

select * from final
