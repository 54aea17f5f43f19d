namespace Orders.Web;

/// <summary>A page that follows one order, by the number in its address.</summary>
internal static class StatusPage
{
    public const string Html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Order</title>
        <style>
          body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }
          progress { width: 100%; height: 1.5rem }
          small { color: #666 }
        </style>
        <h1>Order <span id="order"></span></h1>
        <progress id="progress" max="100" value="0" aria-label="the order's way"></progress>
        <p id="stage" role="status">…</p>
        <small id="worker"></small>
        <script>
          const set = (id, text) => document.getElementById(id).textContent = text;
          const order = location.pathname.split('/').pop();
          set('order', decodeURIComponent(order));
          const news = new EventSource(`/orders/${order}/status`);
          news.addEventListener('status', event => {
            const status = JSON.parse(event.data);
            document.getElementById('progress').value = status.percent;
            set('stage', `${status.stage}, ${status.percent} %`);
            set('worker', `told by ${status.worker}`);
            if (status.percent === 100) news.close();
          });
          news.onerror = () => set('stage', 'connection lost, trying again …');
        </script>
        """;
}
