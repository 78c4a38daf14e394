with fx_rates as (

    select * from {{ ref('stg_reference__fx_rates') }}

),

-- Systems that agree are one rate; the gate refuses those that do not, and so does the grain of this model.
final as (

    select distinct
        currency,
        period,
        rate_kind,
        {{ exact_rate('rate_to_reporting') }} as rate
    from fx_rates

)

select * from final
