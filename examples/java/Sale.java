// One sale and its return over HTTP, in Java (11 or newer) without a library; C# looks much the same.
//
//   java Sale.java CARD RECEIPT_ID          ($POS_BRIDGE_URL, $POS_BRIDGE_TOKEN)
//
// member() finds the first text member of a name, which is enough here; a cash program has a JSON library.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Sale {
    private static final String URL = System.getenv("POS_BRIDGE_URL");
    private static final String TOKEN = System.getenv("POS_BRIDGE_TOKEN");
    private static final String TOTAL = "\"total\":\"1000.00\"";
    private static final String WAIT = "\"wait_ms\":5000";

    private final HttpClient client = HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(2))
        .build();

    public static void main(String[] arguments) throws Exception {
        System.setOut(new java.io.PrintStream(System.out, true, StandardCharsets.UTF_8));
        new Sale().sell(arguments[0], arguments[1]);
    }

    private void sell(String card, String receipt) throws Exception {
        String id = "\"receipt_id\":\"" + receipt + "\"";
        call("receipt.open", id + ",\"operation\":\"sale\"");
        String found = call("card.resolve", id + ",\"code\":\"" + card + "\"," + WAIT);
        System.out.println("opened " + receipt + ", card of " + member(found, "holder"));

        String limits = call("receipt.limits", id + "," + TOTAL + "," + WAIT);
        System.out.println("may spend " + member(limits, "max_redeem"));

        String redeemed = call("receipt.redeem", id + ",\"points\":\"200.00\"," + WAIT);
        System.out.println("redeemed " + member(redeemed, "points"));

        // Points are held here; then print the fiscal paper, then close.
        call("receipt.prepare", id + "," + TOTAL + "," + WAIT);
        String closed = call("receipt.close", id + "," + TOTAL + "," + WAIT);
        System.out.println("closed: " + member(closed, "state") + ", redeemed " + member(closed, "redeemed"));

        String back = "\"receipt_id\":\"" + receipt + "-return\"";
        call("receipt.open", back + ",\"operation\":\"refund\",\"base\":{" + id + "}");
        String refunded = call("receipt.close", back + "," + TOTAL + "," + WAIT);
        System.out.println("refunded: " + member(refunded, "state") + ", restored " + member(refunded, "restored"));
    }

    /** The reply; what the bridge refuses is an exception with its words. */
    private String call(String method, String params) throws Exception {
        String body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}";
        HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/rpc"))
            .timeout(Duration.ofSeconds(15)) // above the longest wait_ms
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        String reply = client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)).body();
        if (reply.contains("\"error\":")) {
            throw new IllegalStateException(method + ": " + member(reply, "message"));
        }
        return reply;
    }

    private static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        return found.find() ? found.group(1) : "not known";
    }
}
