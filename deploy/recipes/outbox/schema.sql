-- The outbox: events that were committed with what caused them. A program beside the application publishes them.
create table outbox (
  -- Kept with the row, so that whoever publishes it, however often, publishes the same event. No number: after a restore
  -- from a backup numbers come again, and the relay would take the new event for the old one.
  id uuid primary key default gen_random_uuid(),
  -- The order of rows of one key is the order of their commits; see outbox_position.
  position bigint not null unique,
  -- What has to stay in order, such as one order of a shop.
  key text not null,
  type text not null,
  tenant text not null,
  topic text not null,
  -- Nobody but these; null: no roles, no users. With neither, everybody.
  roles text[],
  users text[],
  data jsonb not null,
  created timestamptz not null default now(),
  -- When it was first sent. From then on the relay may have it, answer or not.
  attempted timestamptz,
  -- When the relay had stored it.
  published timestamptz,
  -- Why the relay will never take it; somebody has to look at it.
  refused text
);
create index outbox_open on outbox (position) where published is null and refused is null;
create index outbox_published on outbox (published) where published is not null;

create sequence outbox_positions;

-- Positions are given at the insert, and transactions commit in another order. For rows of one key that must not be: who
-- inserts the second waits here for the end of the first. Only then it gets its position, whatever the insert says.
create function outbox_position() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.key, 0));
  new.position := nextval('outbox_positions');
  return new;
end $$;
create trigger outbox_position before insert on outbox for each row execute function outbox_position();
