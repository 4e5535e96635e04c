create table if not exists payments (
  tenant varchar(64) not null,
  order_id bigint not null,
  paid_by varchar(200) not null,
  primary key (tenant, order_id)
);
