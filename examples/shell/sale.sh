#!/bin/sh
# One sale and its return, from a shell.
#
#   sale.sh CARD RECEIPT_ID
#
# Over the Unix socket ($POS_BRIDGE_SOCKET, with socat), or over HTTP where $POS_BRIDGE_URL and $POS_BRIDGE_TOKEN are set
# (with curl). JSON is taken apart by jq, or by python3 where there is no jq.
set -eu
card=$1 receipt=$2

send() { # one JSON-RPC request in, one reply out
    if [ -n "${POS_BRIDGE_URL:-}" ]; then
        printf 'header = "Authorization: Bearer %s"\n' "$POS_BRIDGE_TOKEN" | # not on the command line, where ps shows it
            curl --silent --show-error --max-time 15 --config - --header 'Content-Type: application/json' \
                --data "$1" "$POS_BRIDGE_URL/rpc"
    else
        printf '%s\n' "$1" | socat -t 15 - "UNIX-CONNECT:${POS_BRIDGE_SOCKET:-/run/pos-bridge/pos.sock}"
    fi
}

member() { # member NAME.NAME: that member of the JSON on stdin
    if command -v jq >/dev/null; then
        jq --raw-output ".$1"
    else
        python3 -c 'import functools, json, sys
print(functools.reduce(lambda value, name: value[name], sys.argv[1].split("."), json.load(sys.stdin)))' "$1"
    fi
}

call() { # call METHOD PARAMS: the reply; ends the script on an error
    reply=$(send "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$1\",\"params\":$2}")
    case $reply in
    *'"error":'*)
        echo "$1: $(printf '%s' "$reply" | member error.message)" >&2
        exit 1
        ;;
    esac
    printf '%s' "$reply"
}

id="\"receipt_id\":\"$receipt\""
total='"total":"1000.00"'

call receipt.open "{$id,\"operation\":\"sale\"}" >/dev/null
found=$(call card.resolve "{$id,\"code\":\"$card\",\"wait_ms\":5000}")
echo "opened $receipt, card of $(printf '%s' "$found" | member result.holder)"

limits=$(call receipt.limits "{$id,$total,\"wait_ms\":5000}")
echo "may spend $(printf '%s' "$limits" | member result.points.max_redeem)"

redeemed=$(call receipt.redeem "{$id,\"points\":\"200.00\",\"wait_ms\":5000}")
echo "redeemed $(printf '%s' "$redeemed" | member result.points)"

# Points are held here; then print the fiscal paper, then close.
call receipt.prepare "{$id,$total,\"wait_ms\":5000}" >/dev/null
closed=$(call receipt.close "{$id,$total,\"wait_ms\":5000}")
echo "closed: $(printf '%s' "$closed" | member result.state), redeemed $(printf '%s' "$closed" | member result.redeemed)"

back="\"receipt_id\":\"$receipt-return\""
call receipt.open "{$back,\"operation\":\"refund\",\"base\":{$id}}" >/dev/null
refunded=$(call receipt.close "{$back,$total,\"wait_ms\":5000}")
echo "refunded: $(printf '%s' "$refunded" | member result.state), restored $(printf '%s' "$refunded" | member result.restored)"
