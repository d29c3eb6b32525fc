#!/bin/sh
# One image, several processes: the first word says which. `exec` hands signals to the process itself.
set -eu

case "${1:-web}" in
    web)
        # Every replica has its own disk, and the files differ with the image: gather them at each start.
        python manage.py collectstatic --no-input --verbosity 0
        exec gunicorn -c webapp/gunicorn_conf.py --bind "0.0.0.0:${PORT:-8000}" webapp.wsgi
        ;;
    migrate)
        exec python manage.py migrate --no-input
        ;;
    worker)
        exec celery -A webapp worker --loglevel info -n "default@%h" -Q default \
            --concurrency "${PLUMBLINE_WORKER_CONCURRENCY:-2}"
        ;;
    beat)
        exec celery -A webapp beat --loglevel info --schedule /tmp/beat-schedule --pidfile /tmp/beat.pid
        ;;
    ml-worker)
        exec celery -A webapp worker --loglevel info -n "ml@%h" -Q "${PLUMBLINE_ML_QUEUES:-ml,train}" --concurrency 1
        ;;
    manage)
        shift
        exec python manage.py "$@"
        ;;
    *)
        exec "$@"
        ;;
esac
