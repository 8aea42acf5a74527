using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using CallCenterCrm.Leads.Tests.Support;

namespace CallCenterCrm.Leads.Tests.Forms;

/// <summary>What visitors of the company's site send, well-meaning or not.</summary>
[Collection(LeadsTests.Name)]
public sealed class CallbackFormTests(LeadsService leads) : IDisposable
{
    private static int _visitors;
    private readonly HttpClient _http = new();

    // Each test comes from an address of its own.
    private readonly string _address = $"203.0.113.{Interlocked.Increment(ref _visitors).ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task A_form_opens_a_callback_and_a_lead_and_thanks_in_the_visitors_language()
    {
        var number = leads.NewNumber();
        var (status, answer) = await PostAsync(Form(number, kind: "question", question: "Сколько стоит?\r\nИ когда?"), "ru-RU,en;q=0.5");

        Assert.Equal(HttpStatusCode.OK, status);
        var told = answer.GetProperty("number").GetInt64();
        Assert.Equal($"Спасибо! Заявка № {told} принята, мы вам перезвоним.", answer.GetProperty("text").GetString());
        Assert.Equal([("web_form", told, "question", "Иван", "Сколько стоит? И когда?", "2026-01")], await leads.QueryAsync<(string, long, string, string, string, string)>(
            """
            SELECT callbacks.source, callback_requests.number, kind, name, text, consent_version
            FROM callbacks JOIN callback_requests ON callback_id = id WHERE callbacks.number = @number
            """, new { number }));
        Assert.Equal(["web_form"], await leads.QueryAsync<string>("SELECT source FROM leads WHERE number = @number", new { number }));
        Assert.DoesNotContain(number, leads.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("Сколько стоит", leads.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_of_a_browser_without_scripts_joins_the_open_callback_of_its_client()
    {
        var number = leads.NewNumber();
        var client = await leads.AddClientAsync("Иванов", null, number);
        await leads.TellAsync(Calls.MissedAt(number, DateTimeOffset.UtcNow.AddMinutes(-1)));
        using var content = new FormUrlEncodedContent(Form($"8 ({number[1..4]}) {number[4..]}").Where(field => field.Key != "consent").Append(new("consent", "on"))
            .ToDictionary(field => field.Key, field => field.Value?.ToString()));
        using var request = Request(content, "en");
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("Thank you.", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal([("call", 1, 1)], await leads.QueryAsync<(string, long, long)>(
            """
            SELECT source, (SELECT count(*) FROM callback_misses WHERE callback_id = id), (SELECT count(*) FROM callback_requests WHERE callback_id = id)
            FROM callbacks WHERE client_id = @client
            """, new { client }));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task The_same_form_sent_many_times_at_once_makes_one_request()
    {
        var number = leads.NewNumber();
        var form = Form(number);
        form["request_id"] = Guid.NewGuid().ToString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(form)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(answer => answer.Answer.GetProperty("number").GetInt64()).Distinct());
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callback_requests JOIN callbacks ON id = callback_id WHERE callbacks.number = @number", new { number }));

        // Also after it was answered: nothing is opened anew.
        await leads.TellAsync(Calls.TalkedUntil(number, DateTimeOffset.UtcNow.AddSeconds(1)));
        await PostAsync(form);
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number AND outcome = 'called_back'", new { number }));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once_by_field_in_the_visitors_language()
    {
        var wrong = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["name"] = new string('я', 201),
            ["phone"] = "12345678901234567890",
            ["kind"] = "threat",
            ["consent"] = false,
            ["consent_version"] = "2026-01",
            ["request_id"] = "again",
        };
        var (status, answer) = await PostAsync(wrong, "ru");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(["consent", "kind", "name", "phone", "request_id"], Fields(answer));
        Assert.Contains("это не телефонный номер", answer.ToString(), StringComparison.Ordinal);
        (_, answer) = await PostAsync([], "en");
        Assert.Equal(["consent", "consent_version", "kind", "name", "phone"], Fields(answer));
        Assert.Contains("must be given", answer.ToString(), StringComparison.Ordinal);
        (_, answer) = await PostAsync(Form(leads.NewNumber(), kind: "question"), "en");
        Assert.Equal(["question"], Fields(answer));
    }

    [Fact]
    public async Task Markup_is_kept_as_the_text_that_it_is_and_never_sent_back()
    {
        const string markup = "<img src=x onerror=alert(1)>";
        var number = leads.NewNumber();
        var form = Form(number, question: markup);
        form["name"] = markup;
        using var request = Request(JsonContent.Create(form), "en");
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.OK, "application/json", "nosniff"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType, response.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.DoesNotContain("onerror", text, StringComparison.Ordinal);
        Assert.Equal([(markup, markup)], await leads.QueryAsync<(string, string)>(
            "SELECT name, text FROM callback_requests JOIN callbacks ON id = callback_id WHERE callbacks.number = @number", new { number }));
        form["name"] = "a\u0000b\u001b[31m";
        Assert.Equal(["name"], Fields((await PostAsync(form)).Answer));
    }

    [Fact]
    public async Task What_is_too_large_or_no_form_is_refused()
    {
        using var large = new StringContent($$"""{"question":"{{new string('x', 1024 * 1024)}}"}""", Encoding.UTF8, "application/json");
        using var larger = new StringContent("question=" + new string('x', 1024 * 1024), Encoding.UTF8, "application/x-www-form-urlencoded");
        foreach (var content in new[] { large, larger })
        {
            using var request = Request(content, "en");
            using var response = await _http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }

        foreach (var (type, body) in new[] { ("application/json", "{"), ("application/json", "[1]"), ("application/json", """{"name":{"a":{"b":1}}}"""), ("text/plain", "name=x") })
        {
            using var request = Request(new StringContent(body, Encoding.UTF8, type), "en");
            using var response = await _http.SendAsync(request);
            Assert.Equal((body, HttpStatusCode.BadRequest), (body, response.StatusCode));
        }
    }

    [Fact]
    public async Task A_program_that_fills_in_the_hidden_field_is_thanked_and_nothing_is_kept()
    {
        var number = leads.NewNumber();
        var form = Form(number);
        form["website"] = "https://spam.example";
        var (status, answer) = await PostAsync(form);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(answer.GetProperty("number").GetInt64() > 0);
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task One_address_sends_ten_in_a_minute_and_another_one_is_not_held_up()
    {
        var since = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync([])).Status);
        }

        // Ten in a minute are one more for each six seconds that a busy machine takes for all this, and no other.
        var more = 0.0;
        async Task<HttpResponseMessage> RefusedAsync(string? forwarded)
        {
            while (true)
            {
                using var request = Request(JsonContent.Create(Form(leads.NewNumber())), "ru", forwarded);
                var answer = await _http.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    return answer;
                }

                answer.Dispose();
                Assert.InRange(++more, 0, since.Elapsed.TotalSeconds / 6);
            }
        }

        using var response = await RefusedAsync(null);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));

        // Whatever the visitor writes before what the proxy adds changes nothing.
        using var refused = await RefusedAsync($"198.51.100.77, {_address}");
        using var other = Request(JsonContent.Create(Form(leads.NewNumber())), "ru", "2001:db8::7");
        using var served = await _http.SendAsync(other);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Theory]
    [InlineData("https://site.example", true)]
    [InlineData("https://other.example", false)]
    public async Task Only_pages_of_the_sites_that_are_set_may_send_it_by_script(string origin, bool allowed)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Options, new Uri(leads.Http + "/forms/callback"));
        ask.Headers.Add("Origin", origin);
        ask.Headers.Add("Access-Control-Request-Method", "POST");
        ask.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var answer = await _http.SendAsync(ask);
        Assert.Equal(allowed ? [origin] : [], answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins : []);
    }

    public void Dispose() => _http.Dispose();

    private static Dictionary<string, object?> Form(string number, string kind = "call", string? question = null) => new(StringComparer.Ordinal)
    {
        ["name"] = "Иван",
        ["phone"] = number,
        ["kind"] = kind,
        ["question"] = question,
        ["consent"] = true,
        ["consent_version"] = "2026-01",
        ["website"] = "",
    };

    private static string[] Fields(JsonElement answer) =>
        [.. answer.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("field").GetString()!).Distinct().Order(StringComparer.Ordinal)];

    private HttpRequestMessage Request(HttpContent content, string language, string? forwarded = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(leads.Http + "/forms/callback")) { Content = content };
        request.Headers.Add("Accept-Language", language);
        request.Headers.Add("X-Forwarded-For", forwarded ?? _address);
        return request;
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(Dictionary<string, object?> form, string language = "en")
    {
        using var request = Request(JsonContent.Create(form), language);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }
}
