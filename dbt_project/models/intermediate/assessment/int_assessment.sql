with indexed as (

    select * from {{ ref('int_integration_index') }}

),

channels as (

    select * from {{ ref('int_channel_adoption') }}

),

instrument_channels as (

    select * from {{ ref('instrument_channels') }}

),

known_channels as (

    select count(*) as n_channels from instrument_channels

),

-- The share is known only when every channel was answered: an unasked channel is not an absent one.
adoption as (

    select
        channels.organization_id,
        channels.wave,
        count(*) as n_answered,
        count(case when channels.is_active then 1 end) as n_active
    from channels
    inner join instrument_channels on channels.channel = instrument_channels.channel
    group by channels.organization_id, channels.wave

),

shares as (

    select
        adoption.organization_id,
        adoption.wave,
        case
            when adoption.n_answered = known_channels.n_channels
                then {{ ratio('adoption.n_active', 'adoption.n_answered') }}
        end as channel_adoption_share
    from adoption
    cross join known_channels

),

final as (

    select
        indexed.*,
        shares.channel_adoption_share,
        100 * shares.channel_adoption_share - indexed.integration_index as checklist_gap
    from indexed
    left join shares
        on
            indexed.organization_id = shares.organization_id
            and indexed.wave = shares.wave

)

select * from final
