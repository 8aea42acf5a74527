using System.Globalization;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

public sealed class MissExplanationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly CallLeg Rang = new() { Phone = "101", Step = 1, DialledAt = Start, Rang = true, EndedAt = Start.AddSeconds(15), Result = LegResult.NoAnswer };

    [Theory]
    [InlineData("en", "Nobody answered: Olga (101): no answer, rings: 3. The caller left a message of 12 s.")]
    [InlineData("ru", "Никто не ответил: Olga (101): не ответил, гудков: 3. Абонент оставил сообщение (12 с).")]
    public void A_message_is_told_with_its_length_and_whoever_did_not_answer(string language, string verdict) =>
        Assert.Equal(verdict, Explain(Message(RecordingState.Ready, 12.4, Rang), language));

    [Fact]
    public void Of_a_message_it_is_told_what_is_known_of_its_recording()
    {
        Assert.Equal("The caller left a message.", Explain(Message(null, null), "en"));
        Assert.Equal("The caller left a message, but its recording was lost.", Explain(Message(RecordingState.Missing, null), "en"));
        Assert.Equal("The caller left a message, but its recording was lost.", Explain(Message(RecordingState.Empty, 0), "en"));
    }

    [Theory]
    [InlineData("1-2", true, "en", "The caller hung up in the menu after 12 s at 1-2.")]
    [InlineData("1-2", true, "ru", "Абонент положил трубку в меню через 12 с, пройдя: 1-2.")]
    [InlineData("", true, "en", "The caller hung up in the menu after 12 s at its beginning.")]
    [InlineData("", true, "ru", "Абонент положил трубку в меню через 12 с, пройдя: ничего не выбрано.")]
    [InlineData("1-2", false, "en", "The menu ended the call after 12 s at 1-2.")]
    [InlineData("1-2", false, "ru", "Меню завершило звонок через 12 с, пройдено: 1-2.")]
    public void A_miss_in_the_menu_is_told_with_the_way_and_the_time_in_it(string path, bool partyHungUp, string language, string verdict) =>
        Assert.Equal(verdict, Explain(Missed(MissReason.InMenu) with { Menu = Menu(path), EndedAt = Start.AddSeconds(13) }, language, partyHungUp));

    [Theory]
    [InlineData("1-2", "en", "Nobody answered within 40 s: Olga (101): no answer, rings: 3. Before that he was in the menu for 12 s (1-2).")]
    [InlineData("", "ru", "За 40 с никто не ответил: Olga (101): не ответил, гудков: 3. До этого он был в меню 12 с (ничего не выбрано).")]
    public void A_miss_behind_the_menu_tells_of_the_time_in_it_too(string path, string language, string verdict) =>
        Assert.Equal(verdict, Explain(Missed(MissReason.NoAnswer, Rang) with { Menu = Menu(path) with { LeftAt = Start.AddSeconds(13) } }, language));

    [Theory]
    [InlineData(true, "en", "101 answered, and the caller was lost on the way to somebody else.")]
    [InlineData(false, "en", "101 answered, the connection to their browser broke, and the caller was not brought back.")]
    [InlineData(false, "ru", "Ответил 101, связь с его браузером прервалась, и абонент его не дождался.")]
    public void Of_a_call_that_was_lost_after_its_answer_it_is_told_how(bool handedOn, string language, string verdict) => Assert.Equal(verdict, Explain(
        Missed(MissReason.Abandoned) with
        {
            Result = CallResult.LostInTransfer,
            MissReason = null,
            AnsweredBy = "101",
            Transfers = handedOn ? [new CallTransfer { At = Start, By = "101", To = "102", Blind = true }] : [],
        }, language));

    private static CallMenu Menu(string path) => new() { EnteredAt = Start.AddSeconds(1), Path = path, Depth = path.Length == 0 ? 0 : 2 };

    private static string Explain(CallChanged call, string language, bool partyHungUp = true) =>
        MissExplanation.Of(call, new CallBackground(null, Fallback: false, partyHungUp), phone => phone == "101" ? "Olga" : null, CultureInfo.GetCultureInfo(language)).Verdict;

    private static CallChanged Message(RecordingState? recording, double? seconds, params CallLeg[] legs) => Missed(MissReason.MessageLeft, legs) with
    {
        Recording = recording is { } state ? new CallRecording { State = state, Seconds = seconds } : null,
    };

    private static CallChanged Missed(MissReason reason, params CallLeg[] legs) => new()
    {
        CallId = Guid.NewGuid(),
        Version = 1,
        PbxId = "office",
        Direction = CallDirection.In,
        State = CallState.Ended,
        Settled = true,
        Result = CallResult.Missed,
        MissReason = reason,
        Party = PartyKind.Outside,
        StartedAt = Start,
        EndedAt = Start.AddSeconds(40),
        Legs = legs,
        Talks = [],
    };
}
