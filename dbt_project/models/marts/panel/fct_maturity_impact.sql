with int_maturity_impact as (

    select * from {{ ref('int_maturity_impact') }}

),

final as (

    select * from int_maturity_impact
    order by organization_id, period

)

select * from final
