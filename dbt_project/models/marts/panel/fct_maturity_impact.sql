with int_maturity_impact as (

    select * from {{ ref('int_maturity_impact') }}

),

final as (

    select * from int_maturity_impact

)

select * from final
