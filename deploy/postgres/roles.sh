#!/bin/sh
# A role for each service, which may make its own schema and see no other, and `admin`, who may do what each of them
# may: for the commands that people give. Run once, when the database is made. The files' names are the roles, so that
# the list of services is kept in one place: where the secrets are written.
set -eu

ask() {
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

ask <<'SQL'
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL

for file in "${ROLES:-/run/secrets/roles}"/*; do
  # By the environment: a command line is seen by every process.
  PASSWORD=$(cat "$file") ask --set role="$(basename "$file")" <<'SQL'
\getenv password PASSWORD
CREATE ROLE :"role" LOGIN PASSWORD :'password';
GRANT CONNECT, CREATE ON DATABASE :"DBNAME" TO :"role";
SQL
done

for file in "${ROLES:-/run/secrets/roles}"/*; do
  role=$(basename "$file")
  [ "$role" = admin ] || ask --set role="$role" <<'SQL'
GRANT :"role" TO admin;
SQL
done
