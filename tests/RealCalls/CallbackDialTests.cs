using CallCenterCrm.CallControl.V1;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Grpc.Core;
using Xunit;
using Stage = CallCenterCrm.RealCalls.Support.Stage;
using Step = CallCenterCrm.CallControl.V1.Stage;

namespace CallCenterCrm.RealCalls;

/// <summary>Callbacks of the morning's queue on which managers click at the same moment, held against what the phones saw.</summary>
[Collection(StageCollection.Name)]
public sealed class CallbackDialTests(Stage stage) : IAsyncLifetime
{
    private const int Clicks = 10;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);
    private readonly Managers _managers = new(stage.Stack);

    private static int Races => Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20;

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync()
    {
        _managers.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Of_ten_who_click_on_one_callback_at_once_one_rings_the_client_and_he_is_rung_once()
    {
        await using var lane = stage.NextConsoleLane();
        var phones = new List<SipPhone>();
        for (var manager = 1; manager <= Lane.PhonesEach; manager++)
        {
            phones.Add(await lane.PhoneAsync(manager, CallScripts.AnswerAfter(Moment)));
        }

        for (var race = 0; race < Races; race++)
        {
            var managers = new List<Manager>();
            for (var manager = 1; manager <= Lane.PhonesEach; manager++)
            {
                managers.Add(await _managers.OfAsync(lane.Extension(manager)));
            }

            var number = lane.Stranger(race);
            lane.Trunk.Numbers[number] = CallScripts.AnswerAfter(Moment);
            var rungBefore = phones.Sum(phone => phone.Calls.Count);
            var callback = (await managers[0].Callbacks.CreateCallbackAsync(
                new() { IdempotencyKey = number, Number = number, Note = "asks for a price" }, managers[0].Token)).Callback.Id;

            // Three managers with several tabs each.
            var clicks = Enumerable.Range(0, Clicks).Select(click => (Manager: click % managers.Count, Task: Task.Run(() => managers[click % managers.Count].CallBackAsync(callback)))).ToArray();
            var refusals = await Task.WhenAll(clicks.Select(click => Manager.RefusalAsync(click.Task)));

            var winner = Assert.Single(clicks.Where(click => click.Task.IsCompletedSuccessfully).Select(click => click.Manager).Distinct());
            Assert.All(clicks.Zip(refusals), pair => Assert.Equal(
                pair.First.Manager == winner ? null : StatusCode.FailedPrecondition, pair.Second?.StatusCode));
            var dialling = Assert.Single((await Task.WhenAll(clicks.Where(click => click.Manager == winner).Select(click => click.Task))).DistinctBy(one => one.Id));
            await managers[winner].UntilAsync(dialling, Step.Talking);
            await phones[winner].Calls[^1].HangUpAsync();
            Assert.Equal(Outcome.Talked, await managers[winner].OutcomeAsync(dialling));
            Assert.Single(lane.Trunk.Calls, call => call.Dialled == number);
            Assert.Equal(rungBefore + 1, phones.Sum(phone => phone.Calls.Count));
        }
    }
}
