-- What the application has besides the outbox.
create table orders (
  number bigint primary key,
  customer text not null,
  item text not null
);
