import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * A shop that leaks on purpose, in the way that its first argument names; the second says how much.
 *
 * <p>It prints "ready" when the leak is there and then waits for the end of standard input, so that a heap dump can be
 * taken: {@code jcmd PID GC.heap_dump shop.hprof}. Whatever leaks, it also keeps a bounded list of recent pages.
 */
public final class LeakyShop {
    static final class Session {
        final String customer;
        final byte[] basket = new byte[400];

        Session(int number) {
            customer = "customer-" + number;
        }
    }

    /** A list of its own making: every order knows the next. */
    static final class Order {
        final int[] lines = new int[100];
        Order next;
    }

    static final class Sessions {
        static final Map<String, Session> OPEN = new HashMap<>();
    }

    static final class EventBus {
        static final EventBus INSTANCE = new EventBus();
        final List<Runnable> listeners = new ArrayList<>();
    }

    static final class Orders {
        static Order first;
    }

    static final ThreadLocal<List<Session>> CONTEXT = ThreadLocal.withInitial(ArrayList::new);
    static final ArrayDeque<String> RECENT_PAGES = new ArrayDeque<>();
    static final LongAdder REQUESTS = new LongAdder();

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[1]);
        for (int page = 0; page < 300; page++) {
            RECENT_PAGES.add("page-" + page);
        }
        switch (arguments[0]) {
            case "map" -> fillMap(count);
            case "listener" -> subscribe(count);
            case "chain" -> chain(count);
            case "thread-local" -> fillThreads(count);
            case "healthy" -> serve(count);
            default -> throw new IllegalArgumentException("map, listener, chain, thread-local or healthy, got " + arguments[0]);
        }
        System.out.println("ready");
        System.in.read();
    }

    static void fillMap(int count) {
        for (int i = 0; i < count; i++) {
            Sessions.OPEN.put("session-" + i, new Session(i));
        }
    }

    static void subscribe(int count) {
        for (int i = 0; i < count; i++) {
            Session session = new Session(i);
            EventBus.INSTANCE.listeners.add(() -> session.basket[0]++);
        }
    }

    static void chain(int count) {
        for (int i = 0; i < count; i++) {
            Order order = new Order();
            order.next = Orders.first;
            Orders.first = order;
        }
    }

    /** Eight threads of a pool hold an eighth each. */
    static void fillThreads(int count) throws InterruptedException {
        CountDownLatch filled = new CountDownLatch(8);
        for (int worker = 0; worker < 8; worker++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < count / 8; i++) {
                    CONTEXT.get().add(new Session(i));
                }
                filled.countDown();
                try {
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException end) {
                    Thread.currentThread().interrupt();
                }
            }, "worker-" + worker);
            thread.setDaemon(true);
            thread.start();
        }
        filled.await();
    }

    static void serve(int count) {
        for (int i = 0; i < count; i++) {
            REQUESTS.add(new Session(i).customer.length());
        }
    }
}
