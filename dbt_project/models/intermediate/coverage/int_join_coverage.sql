with accepted as (

    select * from {{ ref('int_accepted') }}

),

counts as (

    select
        source_system,
        entity,
        period,
        currency,
        cast(sum(n_rows) as bigint) as n_rows,
        cast(sum(case when organization_id is not null then n_rows else 0 end) as bigint) as n_mapped,
        cast(sum(n_without_rate) as bigint) as n_without_rate,
        {{ decimal_sum('amount') }} as amount,
        {{ decimal_sum('amount_without_rate') }} as amount_without_rate,
        {{ decimal_sum('reported_amount') }} as reported_amount,
        {{ decimal_sum('case when organization_id is not null then reported_amount end') }}
            as reported_amount_mapped
    from accepted
    group by source_system, entity, period, currency

),

final as (

    select
        source_system,
        entity,
        period,
        currency,
        n_rows,
        n_mapped,
        n_rows - n_mapped as n_unmapped,
        {{ ratio('n_mapped', 'n_rows') }} as mapped_share,
        n_without_rate,
        amount,
        case when amount is not null then coalesce(amount_without_rate, 0) end as amount_without_rate,
        case when amount is not null then coalesce(reported_amount, 0) end as reported_amount,
        case when amount is not null then coalesce(reported_amount_mapped, 0) end as reported_amount_mapped
    from counts

)

select * from final
