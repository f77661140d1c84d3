#!/bin/sh -eu
# deploy/build.sh FOLDER: build database and site in FOLDER/work, then lead FOLDER/current to a copy that nothing changes any more.
project=$(realpath "$(dirname "$0")/..") && python=${PYTHON:-$project/.venv/bin/python} && new=build-$(date -u +%Y%m%dT%H%M%SZ)
mkdir -p "$1/work" && cd "$1"
"$python" "$project/build_db.py" build --quiet --output work/plans.db
"$python" "$project/build_db.py" pages --quiet --database work/plans.db
mkdir "$new" && cp -al work/plans.db work/site "$new"
(cd "$project" && cp -r metadata.yml plugins settings.json static templates "$OLDPWD/$new")
ln -sfn "$new" .current && mv -T .current current && { [ -e answering ] || ln -sfn "$new" answering; }
ls -d build-* | grep -vxF -e "$(readlink current)" -e "$(readlink answering)" | xargs rm -rf
